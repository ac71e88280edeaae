"""Template words of the console: icons, times, numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accesskeys.core.moments import is_end_of_day
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.models.attention import expires_soon, standing, used_lately

register = template.Library()
register.filter(standing)
register.filter(used_lately)

_ANY_ID = str(UUID(int=0))
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Below these, the nearest is no minute, 59 minutes, 23 hours and 30 days.
_NOW = timedelta(seconds=30)
_MINUTES = timedelta(minutes=59, seconds=30)
_HOURS = timedelta(hours=23, minutes=30)
_DAYS = timedelta(days=30, hours=12)
_CHIPS = 2
_WORDS = re.compile(r"(?<=[_@.])")
_LINE = 60
_SUBJECTS = {
    "select": gettext_lazy("Select %(name)s"),
    "show": gettext_lazy("of %(name)s"),
    "show_old": gettext_lazy("of %(name)s (the old one)"),
    "show_next": gettext_lazy("of %(name)s (the next one)"),
    "copy": gettext_lazy("the key of %(name)s"),
    "copy_old": gettext_lazy("the old key of %(name)s"),
    "copy_next": gettext_lazy("the next key of %(name)s"),
    "revoke": gettext_lazy("access key %(name)s"),
}


class OnceNode(template.Node):
    """Keeps its text with the page that is being rendered, so languages and requests have nothing in common."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        texts: dict[Any, str] = context.render_context.dicts[0]
        if self not in texts:
            texts[self] = self.nodelist.render(context)
        return texts[self]


@register.tag
def once(parser: template.base.Parser, _token: template.base.Token) -> OnceNode:
    """``{% once %}…{% endonce %}``: what is the same in every row of a page, rendered for the first one."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite. It decorates: the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("accesskeys/icons.svg"),
        name,
    )


@register.simple_tag
def field(bound: BoundField, **attrs: Any) -> SafeString:
    """The field's own widget, and what this page wants of it besides: ``hx_get`` is ``hx-get``."""
    return bound.as_widget(attrs={name.replace("_", "-"): value for name, value in attrs.items()})


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A time as people say it, with the exact UTC time on hover; without one, “never”."""
    if value is None:
        return format_html('<span class="faint">{}</span>', _("never"))
    return _time(value, said(value, timezone.now()), title=exactly(value))


@register.filter
def expiry(access_key: AccessKey) -> SafeString:
    """When the access key expires, in a warning's colours from some days before, and in red afterwards."""
    when = moment(access_key.expires_at)
    if access_key.is_expired:
        return format_html('<span class="badge badge-danger">{}</span> {}', _("Expired"), when)
    if expires_soon(access_key):
        return format_html('<span class="badge badge-warning">{}</span>', when)
    return when


@register.filter
def expiry_with_date(access_key: AccessKey) -> SafeString:
    """The same where there is room for the date."""
    value, now = access_key.expires_at, timezone.now()
    date = date_beside(value, now) if value else ""
    if not date:
        return expiry(access_key)
    is_in_a_badge = expires_soon(access_key) and not access_key.is_expired
    return format_html("{}{} {}", expiry(access_key), "" if is_in_a_badge else ",", date)


@register.filter
def exact(value: datetime) -> SafeString:
    """A time to the second, in UTC."""
    return _time(value, exactly(value))


@register.filter
def day(value: datetime) -> str:
    """Its date, in UTC, in the reader's language."""
    return _day(value.astimezone(UTC))


@register.filter
def subject(access_key: AccessKey, control: str) -> SafeString:
    """Which access key a control is about, for those who do not see its row.

    Four of these stand in each row, where ``blocktranslate`` would take a third of the row's time. The one for
    ticking stands in an attribute, where there is no markup.
    """
    return format_html(_subject_in(get_language(), control), access_key.name)


@lru_cache
def _subject_in(_language: str | None, control: str) -> str:
    place = "{}" if control == "select" else '<span translate="no">{}</span>'
    return str(_SUBJECTS[control]).replace("%(name)s", place)


@register.filter
def actor(event: AuditEvent) -> SafeString | str:
    """Who did it, as it is called in the log, or in the reader's language where it has no name of its own."""
    return event.actor_in_words or format_html('<span translate="no">{}</span>', event.actor_label)


@register.filter
def address(access_key: AccessKey, page: str) -> str:
    """The address of a page about this access key: ``details``, ``reveal``, ``revoke``."""
    return _address(page, get_script_prefix()).replace(_ANY_ID, str(access_key.pk))


@lru_cache
def _address(page: str, _script_prefix: str) -> str:
    # Looking addresses up for each row takes a tenth of the time that the list takes.
    return reverse(f"accesskeys:access_key_{page}", args=[_ANY_ID])


@register.filter
def grouped(number: int) -> str:
    """A number with its thousands set apart."""
    return number_format(number, force_grouping=True)


@register.filter
def breakable(name: str) -> SafeString:
    """A name that may go on in the next line after an underscore, an at sign or a dot, not within a word."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in _WORDS.split(name)))


@register.filter
def facts_line(access_key: AccessKey) -> SafeString:
    """Whose it is and its labels, in one line; the owner apart, for tables that have a column for it."""
    labels = " · ".join(f"{key}={value}" for key, value in sorted(access_key.labels.items()))
    facts = " · ".join(filter(None, (access_key.owner, labels)))
    if not facts:
        return mark_safe("")
    owner = Truncator(access_key.owner).chars(_LINE) + (" · " if access_key.owner and labels else "")
    line = (
        '<div class="hint" dir="auto" translate="no" title="{}"><span class="facts-owner">{}</span>{}</div>'
    )
    return format_html(line, facts, owner, Truncator(labels).chars(_LINE))


@register.filter
def chips(scopes: list[str]) -> SafeString:
    """The first two of them, and how many more there are."""
    named = format_html_join(
        " ", '<code class="scope" title="{0}">{0}</code>', ((scope,) for scope in scopes[:_CHIPS])
    )
    rest = ", ".join(scopes[_CHIPS:])
    if not rest:
        return named
    more = '{} <span class="scope" title="{}"><span aria-hidden="true">+{}</span><span class="sr-only">{}</span></span>'
    return format_html(more, named, rest, len(scopes) - _CHIPS, rest)


@register.filter
def numbers(page: Page[Any]) -> Iterator[int | str]:
    """The page numbers to offer: the ends, the neighbours, and an ellipsis for what is left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def as_json(value: Any) -> str:
    """Data as indented JSON, to be read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def exactly(value: datetime) -> str:
    """To the second, in UTC, in the reader's language."""
    value = value.astimezone(UTC)
    return f"{_day(value)}, {value:%H:%M:%S} UTC"


def said(value: datetime, now: datetime) -> str:
    """To the nearest minute, hour or day, how long ago or how soon; beyond thirty days the date."""
    distance = abs(value - now)
    if distance >= _DAYS:
        return _day(value.astimezone(UTC))
    if value > now:
        return _soon(distance)
    return _ago(distance)


def date_beside(value: datetime, now: datetime) -> str:
    """The date of what is said otherwise, and the time where the date alone says little: within a day, and wherever
    it is not the end of that day.
    """
    day = _day(value.astimezone(UTC))
    parts = [] if said(value, now) == day else [day]
    if abs(value - now) < _HOURS or not is_end_of_day(value):
        parts.append(f"{value.astimezone(UTC):%H:%M} UTC")
    return ", ".join(parts)


def _nearest(distance: timedelta, unit: timedelta) -> int:
    return (distance + unit / 2) // unit


def _day(value: datetime) -> str:
    return _day_in(get_language(), value.date())


@lru_cache(maxsize=1024)
def _day_in(_language: str | None, day: date) -> str:
    # A list holds hundreds of times, of few days. Each would be as dear as the rest of its cell.
    return date_format(day, _("j M Y"))


def _ago(distance: timedelta) -> str:
    if distance < _NOW:
        return _("just now")
    if distance < _MINUTES:
        n = _nearest(distance, _MINUTE)
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
    if distance < _HOURS:
        n = _nearest(distance, _HOUR)
        return ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n}
    n = _nearest(distance, _DAY)
    return ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n}


def _soon(distance: timedelta) -> str:
    if distance < _MINUTES:
        return _("within the hour")
    if distance < _HOURS:
        n = _nearest(distance, _HOUR)
        return ngettext("in %(n)d hour", "in %(n)d hours", n) % {"n": n}
    n = _nearest(distance, _DAY)
    return ngettext("in %(n)d day", "in %(n)d days", n) % {"n": n}


def _time(value: datetime, text: str, *, title: str = "") -> SafeString:
    machine = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if title:
        return format_html('<time datetime="{}" title="{}">{}</time>', machine, title, text)
    return format_html('<time datetime="{}">{}</time>', machine, text)

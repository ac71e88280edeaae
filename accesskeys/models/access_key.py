from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import connections, models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.core import facts, rates
from accesskeys.core.validators import (
    is_name,
    validate_in_future,
    validate_labels,
    validate_line,
    validate_networks,
    validate_rate,
    validate_scopes,
)
from accesskeys.models.by_facts import ByFacts, is_short, may_be_in_an_owner
from accesskeys.models.fields import NameField
from accesskeys.models.sealed_key import SealedKey

if TYPE_CHECKING:
    from accesskeys.models.rotation import Presented


def _literal(moment: str) -> Func:
    # Not a parameter, or SQLite would not see that an index holds it. To PostgreSQL the two words are moments; SQLite
    # compares texts, and these come before and after every date as well.
    return Func(template=f"'{moment}'", output_field=models.DateTimeField())


# Never is a moment too: so every state is one stretch of one index, and "never" has its place in the order.
_NEVER_YET = _literal("-infinity")
_NEVER = _literal("infinity")
LAST_USE: Final = Coalesce("last_used_at", _NEVER_YET)
EXPIRY: Final = Coalesce("expires_at", _NEVER)

# All that a person or program is ever told about an access key, in this order.
DESCRIPTION: Final[tuple[str, ...]] = (
    "id",
    "name",
    "scopes",
    "allowed_networks",
    "rate_limit",
    "created_at",
    "created_by",
    "expires_at",
    "suspended_at",
    "last_used_at",
    "description",
    "owner",
    "labels",
)

# The default of the database is for processes of the version before, which go on while an upgrade is under way.
_EMPTY: Final[dict[str, Any]] = {"blank": True, "default": "", "db_default": ""}

_NARROWED_BY = (
    *("name", Upper("name"), "created_at", "expires_at", "suspended_at", "last_used_at"),
    *("owner", Upper("owner")),
)
_UNDERSCORES_IN_A_ROW = Q(name__contains="__")


def _in_order(*, name: str, columns: tuple[str | Func, ...]) -> models.Index:
    """The index of one order of the list. It holds all that the list is narrowed by, so that which rows are on a page
    is read from it alone (decision 0018).
    """
    return models.Index(*columns, *(each for each in _NARROWED_BY if each not in columns), name=name)


class AccessKeyQuerySet(ByFacts["AccessKey"]):
    """The words for choosing access keys."""

    def with_ids(self, ids: Collection[str]) -> Self:
        """Those with one of these ids, which may be many: they are one parameter, and not one each."""
        if connections[self.db].vendor == "postgresql":
            return self.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [list(ids)]))
        held = json.dumps([each.replace("-", "") for each in ids])
        return self.filter(pk__in=RawSQL("SELECT value FROM json_each(%s)", [held]))

    def described(self) -> Self:
        """As much of them as ``DESCRIPTION`` needs: without digest and sealed key."""
        return self.defer("digest", "sealed")

    def with_rotation(self) -> Self:
        """The same with their rotations, without the next keys."""
        return self.select_related("rotation").defer(
            "digest", "sealed", "rotation__digest", "rotation__sealed"
        )

    def usable(self) -> Self:
        """Those that open doors now. ``AccessKey.is_usable`` says the same of one row."""
        return self.alias(expiry=EXPIRY).filter(expiry__gt=timezone.now(), suspended_at=None)

    def expiring(self, within: timedelta) -> Self:
        """Those that open doors now, and will not for longer than this."""
        return self.usable().filter(expiry__lte=timezone.now() + within)

    def suspended(self) -> Self:
        """Those that an operator has switched off for the time being."""
        # Said as the partial index says it: SQLite finds the index by these words.
        return self.filter(suspended_at__isnull=False)

    def expired(self) -> Self:
        """Those whose time has come."""
        return self.alias(expiry=EXPIRY).filter(expiry__lte=timezone.now())

    def never_used(self) -> Self:
        """Those that nobody has presented so far."""
        return self.alias(last_use=LAST_USE).filter(last_use=_NEVER_YET)

    def unused(self, time: timedelta) -> Self:
        """Those that are at least this old, and have not been used for so long."""
        since = timezone.now() - time
        return self.alias(last_use=LAST_USE).filter(last_use__lte=since, created_at__lte=since)

    def created_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Those generated since then, and before then."""
        return self.filter(_within("created_at", since, until))

    def expiring_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Those that expire in this time. What never expires does so in none."""
        return self.alias(expiry=EXPIRY).filter(_within("expiry", since, until), expiry__lt=_NEVER)

    def last_used_before(self, moment: datetime) -> Self:
        """Those that were used, and not since then. What was never used has no last use: see ``never_used``."""
        used = self.alias(last_use=LAST_USE).filter(last_use__gt=_NEVER_YET, last_use__lt=moment)
        # Which goes without saying, but tells a database that it need not look for them among those of later.
        return used.filter(created_at__lt=moment)

    def search(self, text: str) -> Self:
        """Those with this text in their name or owner, in any case, or with this ID. For short texts: ``is_short``."""
        with suppress(ValueError):
            return self.filter(pk=uuid.UUID(text))
        if not may_be_in_an_owner(text):  # Nor is it part of a name.
            return self.none()
        if not is_name(text):
            return self.filter(self.in_owner(text))
        if is_short(text):
            name = Q(name__istartswith=text) | Q(name__icontains="_" + text.removeprefix("_"))
            return self.filter(name | self.in_owner(text))
        if text.strip("_"):
            return self.filter(Q(name__icontains=text) | self.in_owner(text))
        # Underscores alone are looked for in names. They have no case, and no trigrams: asked for without case,
        # PostgreSQL would look for them there.
        found = self.filter(name__contains=text)
        return found.filter(_UNDERSCORES_IN_A_ROW) if len(text) > 1 else found


def _within(column: str, since: datetime | None, until: datetime | None) -> Q:
    """From the first moment on and before the second, so that one time goes on where another ends."""
    bounds = {f"{column}__gte": since, f"{column}__lt": until}
    return Q(**{bound: moment for bound, moment in bounds.items() if moment is not None})


class AccessKey(SealedKey):
    """The named thing that an operator manages. It holds no key: only the digest and the sealed key.

    While it is rotated, its next key is in a ``Rotation``.

    Never call a bare ``save()`` on a row that was read: if it has been revoked meanwhile, Django would insert it
    again. Change rows through ``operations``.
    """

    id = models.UUIDField(_("access key ID"), primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), unique=True)
    scopes = models.JSONField(_("scopes"), default=list, blank=True, validators=[validate_scopes])
    created_at = models.DateTimeField(_("access key created"), default=timezone.now, editable=False)
    created_by = models.CharField(_("created by"), max_length=150, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, validators=[validate_in_future])
    suspended_at = models.DateTimeField(_("suspended"), null=True, editable=False)
    allowed_networks = models.JSONField(
        _("allowed networks"), default=list, blank=True, validators=[validate_networks]
    )
    rate_limit = models.CharField(
        _("rate limit"), max_length=rates.MAX_LENGTH, null=True, blank=True, validators=[validate_rate]
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    description = models.CharField(
        _("description"), max_length=facts.DESCRIPTION_MAX_LENGTH, validators=[validate_line], **_EMPTY
    )
    owner = models.CharField(
        _("owner"), max_length=facts.OWNER_MAX_LENGTH, validators=[validate_line], **_EMPTY
    )
    labels = models.JSONField(
        _("labels"),
        blank=True,
        default=dict,
        db_default=Value({}, models.JSONField()),
        validators=[validate_labels],
    )
    # Of the present key, since a rotation is over; null: as old as the access key.
    key_created_at = models.DateTimeField(_("key made"), null=True, editable=False)
    key_first_used_at = models.DateTimeField(_("key first used"), null=True, editable=False)

    # Whether a Rotation stands beside it: a decision asks for one only then. Kept by ``operations.rotations`` alone.
    has_next_key = models.BooleanField(default=False, db_default=False, editable=False)

    # Set where a key was presented, and only while there are two.
    presented: Presented | None = None
    # Set where a request was counted against the access key's own limit.
    window: rates.Window | None = None

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        default_permissions = ("view",)
        permissions = (
            ("generate_accesskey", "Can generate access keys"),
            ("rename_accesskey", "Can rename access keys"),
            ("reveal_accesskey", "Can show the key of access keys"),
            ("suspend_accesskey", "Can suspend and resume access keys"),
            ("limit_accesskey", "Can change the allowed networks and the rate limit of access keys"),
            ("rescope_accesskey", "Can change the scopes of access keys"),
            ("extend_accesskey", "Can change the expiry of access keys"),
            ("describe_accesskey", "Can change the description, the owner and the labels of access keys"),
            ("rotate_accesskey", "Can rotate access keys"),
            ("hand_over_accesskey", "Can hand over the key of access keys"),
            ("revoke_accesskey", "Can revoke access keys"),
        )
        constraints = (
            models.CheckConstraint(
                name="access_key_expires_after_creation",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
            ),
        )
        indexes = (
            _in_order(name="access_key_in_creation_order", columns=("created_at", "id")),
            _in_order(name="access_key_in_name_order", columns=("name", "id")),
            _in_order(name="access_key_in_last_use_order", columns=(LAST_USE, "id")),
            _in_order(name="access_key_in_expiry_order", columns=(EXPIRY, "id")),
            models.Index(
                fields=["id", "name", "created_at", "expires_at", "last_used_at"],
                condition=Q(suspended_at__isnull=False),
                name="access_key_suspended",
            ),
            # PostgreSQL's trigrams are of words, so they know no underscores in a row. Where few names have them, this
            # index is small; where many have, any order meets one soon.
            models.Index(fields=["id"], condition=_UNDERSCORES_IN_A_ROW, name="access_key_double_underscore"),
        )

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_usable(self) -> bool:
        """Usable while not suspended and now < expires_at; without an expiry, always."""
        return not self.is_suspended and not self.is_expired

    @property
    def is_suspended(self) -> bool:
        """Switched off by an operator for the time being."""
        return self.suspended_at is not None

    @property
    def is_expired(self) -> bool:
        """Its time has come."""
        return self.is_expired_at(timezone.now())

    def is_expired_at(self, moment: datetime) -> bool:
        """Whether its time has come by this moment. The moment of expiry itself is too late."""
        return self.expires_at is not None and moment >= self.expires_at

    @property
    def key_made_at(self) -> datetime:
        """When the present key was made: with the access key, or by a rotation that is over."""
        return self.key_created_at or self.created_at

    @property
    def sunset(self) -> datetime | None:
        """When the old key of two ends, if it was the one that was presented."""
        return self.presented.ends_at if self.presented and not self.presented.is_next else None

    @property
    def key_expires_at(self) -> datetime | None:
        """When the presented key stops working, as far as that is known."""
        return self.expires_at if self.sunset is None else self.end_of_old_key(self.sunset)

    def end_of_old_key(self, ends_at: datetime) -> datetime:
        """When the old key of two stops working, which its rotation ends then: no key outlives its access key."""
        return min(ends_at, self.expires_at or ends_at)

    def has_scope(self, scope: str) -> bool:
        """Whether the key carries this scope."""
        return scope in self.scopes

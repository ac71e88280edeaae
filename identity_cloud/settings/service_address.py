"""The addresses of databases and caches, taken apart in one way only: what could be read in two is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from identity_cloud.settings.environment import FLAGS, wrong

PERCENT_ENCODE = (
    "In user, password and name, percent-encode what separates the parts: "
    "/ as %2F, ? as %3F, # as %23, @ as %40, % as %25."
)

_ADDRESS = re.compile(
    r"(?P<scheme>[a-z]+)://"
    r"(?:(?P<user>[^:/?#@\[\]]*)(?::(?P<password>[^/?#@\[\]]*))?@)?"
    r"(?P<places>[^/?#@]*)(?P<path>/[^?#@]*)?(?:\?(?P<query>[^?#@]*))?",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._%-]*)(?::(?P<port>[0-9]{1,5}))?")
_HALF_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class ServiceAddress:
    """Its parts, decoded."""

    setting: str
    scheme: str
    user: str
    password: str
    places: tuple[tuple[str, str], ...]  # hosts, each with its port
    path: str
    options: Mapping[str, str]

    @property
    def host(self) -> str:
        """The host; several are separated by commas."""
        return ",".join(host for host, _ in self.places)

    @property
    def port(self) -> str:
        """The port of each host, separated by commas; empty where none is named."""
        ports = [port for _, port in self.places]
        return ",".join(ports) if any(ports) else ""

    def written(self, scheme: str) -> str:
        """Without its options, and so that every parser reads it in the same way."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        login = f"{user}:{password}@" if password else f"{user}@" if user else ""
        places = (quote(host, safe="[]:") + (port and f":{port}") for host, port in self.places)
        return f"{scheme}://{login}{','.join(places)}{quote(self.path)}"

    def cast_options(self, known: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
        """The options with their values read. Only names that are known appear in what is said."""
        values = {}
        for position, (name, text) in enumerate(self.options.items(), start=1):
            if name not in known:
                raise wrong(
                    self.setting,
                    f"has an option that is not known here, number {position} behind the question mark. "
                    f"Known are {', '.join(sorted(known))}.",
                )
            try:
                values[name] = known[name](text)
            except (KeyError, ValueError):
                raise wrong(self.setting, f"has a value for {name} that cannot be taken.") from None
        return values


def parse(setting: str, text: str) -> ServiceAddress:
    """Take an address apart, or refuse it."""
    parts = _ADDRESS.fullmatch(text)
    if parts is None:
        raise wrong(setting, f"cannot be taken apart. {PERCENT_ENCODE}")
    places = [_PLACE.fullmatch(place) for place in parts["places"].split(",")]
    if not all(place and _is_port(place["port"]) for place in places):
        raise wrong(setting, f"has a host or a port that is none. {PERCENT_ENCODE}")

    def decoded(part: str | None) -> str:
        try:
            found = unquote(part or "", errors="strict")
        except UnicodeDecodeError:
            found = "\0"
        if _HALF_ENCODED.search(part or "") or _CONTROL.search(found):
            raise wrong(setting, f"has a percent sign that encodes nothing. {PERCENT_ENCODE}")
        return found

    return ServiceAddress(
        setting=setting,
        scheme=parts["scheme"].lower(),
        user=decoded(parts["user"]),
        password=decoded(parts["password"]),
        places=tuple((decoded(place["host"]), place["port"] or "") for place in places if place),
        path=decoded(parts["path"]),
        options=_options(setting, parts["query"], decoded),
    )


def _is_port(text: str | None) -> bool:
    return text is None or 0 < int(text) <= 65535


def _options(setting: str, query: str | None, decoded: Callable[[str], str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for item in query.split("&") if query else ():
        name, _, value = item.partition("=")
        name = decoded(name).lower()
        if not name or not value or name in options:
            raise wrong(setting, "must have options such as ?name=value&other=value, each of them once.")
        options[name] = decoded(value)
    return options


def whole_number(text: str) -> int:
    """Zero, or more."""
    if re.fullmatch("0|[1-9][0-9]{0,8}", text) is None:
        raise ValueError
    return int(text)


def seconds(text: str) -> float:
    """More than none."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) is None or not float(text):
        raise ValueError
    return float(text) if "." in text else int(text)


def yes_or_no(text: str) -> bool:
    """As a setting of its own would say it."""
    return FLAGS[text.lower()]

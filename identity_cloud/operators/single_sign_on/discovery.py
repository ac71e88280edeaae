"""What the identity provider says of itself: its addresses and its keys (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from identity_cloud.operators.single_sign_on import fetching
from identity_cloud.operators.single_sign_on.conf import named
from identity_cloud.operators.single_sign_on.exceptions import ProviderAway, TokenRefused
from identity_cloud.operators.single_sign_on.remembered import Remembered
from identity_cloud.settings.single_sign_on import is_taken

UNKNOWN_KEY = 30  # seconds between two looks for a key that is not there: anybody can name one.
CALLS_ITSELF_OTHERWISE = "calls_itself_otherwise"

_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Provider:
    """The addresses of the identity provider, and a few of its habits."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    scopes: tuple[str, ...]
    is_posted_secret: bool  # It takes the secret of the console in the form alone.
    names_itself: bool  # In each answer that comes through the browser (RFC 9207).


def provider() -> Provider:
    """The provider of the settings. Raises ProviderAway."""
    return _provider.get()


def forget() -> None:
    """All that is remembered, as at the start."""
    _provider.forget()
    _keys.forget()


def key(kid: str | None) -> dict[str, Any]:
    """The public key of this id, as a JWK; without an id, the only one there is. Raises TokenRefused, ProviderAway.

    A provider may have made a new one since it was asked, so it is asked again, once in a while.
    """
    found = _find(_keys.get(), kid) or _find(_keys.get(at_most=UNKNOWN_KEY), kid)
    if found is None:
        raise TokenRefused("unknown_key")
    return found


def _find(keys: list[dict[str, Any]], kid: str | None) -> dict[str, Any] | None:
    found = [key for key in keys if key.get("kid") == kid or (kid is None and len(keys) == 1)]
    return found[0] if found else None


def _discover() -> Provider:
    issuer = named().issuer
    said = fetching.get(issuer.removesuffix("/") + _WELL_KNOWN)
    if said.get("issuer") != issuer:
        raise ProviderAway(CALLS_ITSELF_OTHERWISE)
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Provider(
        authorization_endpoint=_address(said, "authorization_endpoint"),
        token_endpoint=_address(said, "token_endpoint"),
        jwks_uri=_address(said, "jwks_uri"),
        userinfo_endpoint=_address(said, "userinfo_endpoint") if "userinfo_endpoint" in said else None,
        scopes=tuple(_texts(said.get("scopes_supported", []))),
        is_posted_secret="client_secret_basic" not in _texts(methods),
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(said: dict[str, Any], name: str) -> str:
    url = said.get(name)
    if not isinstance(url, str) or not is_taken(url):
        raise ProviderAway(f"no_{name}")
    return url


def _texts(said: Any) -> list[str]:
    return [text for text in said if isinstance(text, str)] if isinstance(said, list) else []


def _fetch_keys() -> list[dict[str, Any]]:
    keys = fetching.get(provider().jwks_uri).get("keys")
    if not isinstance(keys, list):
        raise ProviderAway("no_keys")
    return [key for key in keys if isinstance(key, dict) and _verifies(key)]


def _verifies(key: dict[str, Any]) -> bool:
    """Whether it is there to check signatures with, and is not the half that makes them."""
    return key.get("use", "sig") == "sig" and "d" not in key


_provider = Remembered(_discover)
_keys = Remembered(_fetch_keys)

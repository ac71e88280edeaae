"""Which tokens of the identity provider are believed. django-allauth's client leaves most of these checks out.

Whatever is not exactly as it must be is refused: OpenID Connect Core 1.0, section 3.1.3.7, and Back-Channel Logout 1.0,
section 2.6.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

import jwt

from identity_cloud.operators.single_sign_on import discovery
from identity_cloud.operators.single_sign_on.conf import named
from identity_cloud.operators.single_sign_on.exceptions import StaleProof, TokenRefused

# Of those that are signed with a key that the provider alone has. The token chooses among them, never beyond.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30  # seconds by which the clocks of two machines may differ
OLDEST_LOGOUT = 5 * 60  # seconds
MOST_OF_SUBJECT = 191  # characters: what allauth's SocialAccount holds

_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Logout:
    """Whom a logout token is about: a session at the provider, or all of a subject."""

    jti: str
    subject: str | None
    sid: str | None


def check_id_token(token: Any, *, nonce: str, proved_since: float | None = None) -> dict[str, Any]:
    """The claims of an ID token that answers this question. Raises TokenRefused or ProviderAway.

    ``proved_since``: when the operator was sent to prove who it is; an older proof raises StaleProof.
    """
    claims = _decode(token, require=["iss", "sub", "aud", "exp", "iat"])
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise TokenRefused("wrong_nonce")
    if not 0 < len(claims["sub"]) <= MOST_OF_SUBJECT:
        raise TokenRefused("wrong_subject")
    if proved_since is not None:
        at = _time(claims, "auth_time")
        if at is None or not proved_since - LEEWAY <= at <= time.time() + LEEWAY:
            raise StaleProof("stale_auth_time")
    return claims


def check_logout_token(token: Any) -> Logout:
    """What a logout token says. Raises TokenRefused or ProviderAway."""
    claims = _decode(token, require=["iss", "aud", "iat", "jti", "events"])
    at = _time(claims, "iat")
    if at is None or at < time.time() - OLDEST_LOGOUT:
        raise TokenRefused("too_old")
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict):
        raise TokenRefused("no_logout")
    if "nonce" in claims:  # It would be an ID token.
        raise TokenRefused("with_nonce")
    subject, sid = claims.get("sub"), claims.get("sid")
    if not (subject or sid) or not isinstance(sid, str | None):
        raise TokenRefused("about_nobody")
    return Logout(claims["jti"], subject, sid)


def _decode(token: Any, *, require: list[str]) -> dict[str, Any]:
    """The claims, once signature, algorithm, issuer, audience and times are right."""
    client_id = named().client_id
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise TokenRefused("algorithm")
        key = discovery.key(header.get("kid"))
        if key.get("alg", algorithm) != algorithm:
            raise TokenRefused("algorithm_of_another_key")
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm),
            algorithms=[algorithm],
            issuer=named().issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": require, "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(_reason(error)) from None
    others = [audience for audience in _audiences(claims) if audience != client_id]
    if claims.get("azp", None if others else client_id) != client_id:
        raise TokenRefused("for_somebody_else")
    return claims


def _reason(error: jwt.PyJWTError) -> str:
    """The kind of the error alone: some of its sentences quote the token."""
    return type(error).__name__.removesuffix("Error")


def _audiences(claims: dict[str, Any]) -> list[Any]:
    audience = claims["aud"]
    return audience if isinstance(audience, list) else [audience]


def _time(claims: dict[str, Any], name: str) -> float | None:
    """Seconds since 1970; None where there is no such number."""
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None

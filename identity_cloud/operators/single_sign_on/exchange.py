"""The two halves of the authorization code flow: sending the browser off, and making claims of what it brings back.

``state`` and the verifier of PKCE are allauth's, kept in the session, good once and for ten minutes; see
docs/decisions/0036.
"""

from __future__ import annotations

import base64
import secrets
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from identity_cloud.operators.single_sign_on import discovery, fetching
from identity_cloud.operators.single_sign_on.conf import named
from identity_cloud.operators.single_sign_on.discovery import Provider
from identity_cloud.operators.single_sign_on.exceptions import (
    Cancelled,
    NotAsAsked,
    ProviderAway,
    SingleSignOnError,
    TokenRefused,
)
from identity_cloud.operators.single_sign_on.tokens import check_id_token

State = dict[str, Any]

# What a provider says in place of a code (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6). What it
# says of itself mends; of the others, the log tells which.
_AWAY = frozenset({"server_error", "temporarily_unavailable"})
_NO = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "unauthorized_client",
        "unsupported_response_type",
    }
)


def address(request: HttpRequest, *, next_url: str | None, proves: int | None = None) -> str:
    """Where at the provider the browser goes. ``proves`` is the operator who is to show anew who it is."""
    provider = discovery.provider()
    nonce, pkce = secrets.token_urlsafe(32), generate_code_challenge()
    state = {
        "nonce": nonce,
        "code_verifier": pkce["code_verifier"],
        "next": next_url,
        "proves": proves,
        "at": int(time.time()),
    }
    asked = {
        "response_type": "code",
        "client_id": named().client_id,
        "redirect_uri": _return_address(),
        "scope": _scope(provider),
        "state": statekit.stash_state(request, provider_id=named().issuer, state=state),
        "nonce": nonce,
        "code_challenge": pkce["code_challenge"].decode(),
        "code_challenge_method": pkce["code_challenge_method"],
    }
    if proves is not None:
        asked |= {"prompt": "login", "max_age": "0"}
    there = provider.authorization_endpoint
    return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"


def begun(request: HttpRequest) -> State:
    """What this browser was sent off with. Good once. Raises NotAsAsked."""
    state = statekit.unstash_state(request, provider_id=named().issuer, state_id=request.GET.get("state", ""))
    if state is None:
        raise NotAsAsked("unknown_state")
    return state


def claims(request: HttpRequest, state: State) -> dict[str, Any]:
    """Who came back, as the provider says. Raises SingleSignOnError."""
    provider, issuer = discovery.provider(), request.GET.get("iss")
    if issuer != named().issuer and (issuer is not None or provider.names_itself):
        raise TokenRefused("answer_of_another_issuer")
    if error := request.GET.get("error"):
        raise _said_no(error)
    tokens = _redeem(provider, request.GET.get("code", ""), state["code_verifier"])
    since = None if state["proves"] is None else state["at"]
    said = check_id_token(tokens.get("id_token"), nonce=state["nonce"], proved_since=since)
    if named().roles_claim in said or provider.userinfo_endpoint is None:
        return said
    # Some providers keep the token short, and tell groups and names there.
    more = fetching.get(provider.userinfo_endpoint, token=str(tokens.get("access_token")))
    if more.get("sub") != said["sub"]:
        raise TokenRefused("userinfo_of_another_subject")
    return more | said


def _said_no(error: str) -> SingleSignOnError:
    if error in _AWAY:
        return ProviderAway(error)
    return Cancelled(error if error in _NO else "refused_by_provider")


def _redeem(provider: Provider, code: str, verifier: str) -> dict[str, Any]:
    """The tokens for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _return_address(),
        "code_verifier": verifier,
    }
    client_id, secret = named().client_id, named().client_secret
    headers = {}
    if provider.is_posted_secret:
        form |= {"client_id": client_id, "client_secret": secret}
    else:  # Each encoded for itself (RFC 6749, section 2.3.1).
        both = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    status, answer = fetching.post(provider.token_endpoint, form, headers=headers)
    if status != HTTPStatus.OK:
        if answer.get("error") == "invalid_client":
            raise ProviderAway("refuses_client_id_or_secret")
        raise TokenRefused("code_refused")
    return answer


def _scope(provider: Provider) -> str:
    claim = named().roles_claim
    return " ".join(["openid", "profile", *([claim] if claim in provider.scopes else [])])


def _return_address() -> str:
    return settings.PUBLIC_URL.geturl() + reverse("single_sign_on_return")

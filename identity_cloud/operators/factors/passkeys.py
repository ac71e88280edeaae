"""Passkeys (WebAuthn): bound to the address of this console, and good only with a finger, a face or a PIN."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity_cloud.operators.factors import credentials
from identity_cloud.operators.factors.exceptions import NoSuchFactor

KIND = credentials.KIND
LOCALHOST = "localhost"  # The one name that browsers take for a secure one without https.


def domain() -> str:
    """What passkeys are bound to: the host of ``PUBLIC_URL``."""
    return LOCALHOST if settings.IS_LOCAL else str(settings.PUBLIC_URL.hostname)


def obstacle(request: HttpRequest) -> str:
    """Why passkeys do not work at this address, and what to do; empty where they do."""
    if settings.IS_LOCAL and _asked(request).hostname != LOCALHOST:
        return _("Passkeys need a name in the address: open the console at %(address)s to use them.") % {
            "address": f"{_origin(request)}/"
        }
    if _is_number(domain()):
        return _("Passkeys need a domain name in the address of the console, and it has none.")
    return ""


def begin_adding(operator: AbstractBaseUser) -> dict[str, Any]:
    """What the browser makes a passkey from. Its challenge is kept in the session, for one attempt."""
    options, state = auth.get_server().register_begin(
        user=auth.build_user_payload(operator),
        credentials=_public_halves(operator),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        extensions=auth.EXTENSIONS,
    )
    auth.set_state(state)
    return dict(options)


def credential_of(request: HttpRequest, response: Any) -> dict[str, Any] | None:
    """The new passkey that the browser answers with, if all is right with it."""
    try:
        if _origin_in(response, RegistrationResponse.from_dict) != _origin(request):
            return None
        auth.complete_registration(response)
    except ValidationError:
        return None
    finally:
        auth.clear_state()
    return dict(response)


def add(operator: AbstractBaseUser, name: str, credential: dict[str, Any]) -> Authenticator:
    """Make it a factor."""
    authenticator: Authenticator = auth.WebAuthn.add(operator, name, credential).instance
    return authenticator


def named(operator: AbstractBaseUser, pk: int) -> str:
    """What the operator calls it. Raises NoSuchFactor."""
    return str(credentials.data_of(_own(operator, pk)).get("name", ""))


def rename(operator: AbstractBaseUser, pk: int, name: str) -> None:
    """Call it otherwise. Raises NoSuchFactor."""
    with transaction.atomic():  # It may be signing meanwhile, which is counted in the same place.
        row = _own(operator, pk, lock=True)
        Authenticator.objects.filter(pk=pk).update(data={**credentials.data_of(row), "name": name})


def is_usable(row: Authenticator) -> bool:
    """Whether what is kept of it can be read, and is of this address."""
    return credentials.read(row, domain()) is not None


def begin(operator: AbstractBaseUser | None) -> dict[str, Any]:
    """What the browser asks for: a passkey of this operator, or of whoever has one for this address.

    Its challenge is kept in the session, for one attempt.
    """
    options, state = auth.get_server().authenticate_begin(
        credentials=[] if operator is None else _public_halves(operator),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    auth.set_state(state)
    return dict(options)


def ask_anybody(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """What the browser asks for a passkey with, and the challenge, which is kept in no session."""
    options = begin(None)
    return options, str(request.session.pop(auth.STATE_SESSION_KEY)["challenge"])


def anybodys(
    request: HttpRequest, challenge: str, response: Any, *, is_first: Callable[[], bool]
) -> Authenticator | None:
    """The passkey that has answered to this challenge, whosever it is, where it is the first answer.

    An answer that is sent again is no copy of the passkey. Raises CopiedPasskey.
    """
    request.session[auth.STATE_SESSION_KEY] = {"challenge": challenge, "user_verification": "required"}
    signed = _signed(request, None, response)
    return credentials.note_use(*signed) if signed and is_first() else None


def complete(request: HttpRequest, operator: AbstractBaseUser | None, response: Any) -> Authenticator | None:
    """The passkey that has answered, if it is one of this operator's, or of anybody's. Raises CopiedPasskey."""
    signed = _signed(request, operator, response)
    return credentials.note_use(*signed) if signed else None


def _signed(
    request: HttpRequest, operator: AbstractBaseUser | None, response: Any
) -> tuple[credentials.Kept, int] | None:
    """Which passkey has signed, and how often it says it has."""
    state = request.session.pop(auth.STATE_SESSION_KEY, None)
    if state is None or _origin_in(response, AuthenticationResponse.from_dict) != _origin(request):
        return None
    try:
        owner = operator or auth.extract_user_from_response(response)
    except ValidationError:
        return None
    kept = credentials.readable(owner, domain())
    try:
        used = auth.get_server().authenticate_complete(state, [each.public for each in kept], response)
    except Exception:  # noqa: BLE001  Anybody may send anything, and a key may be damaged in ways of its own.
        return None
    counter = AuthenticationResponse.from_dict(response).response.authenticator_data.counter
    return next(each for each in kept if each.public is used), counter


def _public_halves(operator: AbstractBaseUser) -> list[AttestedCredentialData]:
    return [each.public for each in credentials.readable(operator, domain())]


def _own(operator: AbstractBaseUser, pk: int, *, lock: bool = False) -> Authenticator:
    rows = Authenticator.objects.select_for_update() if lock else Authenticator.objects.all()
    found: Authenticator | None = rows.filter(user_id=operator.pk, type=KIND, pk=pk).first()
    if found is None:
        raise NoSuchFactor
    return found


def _origin(request: HttpRequest) -> str:
    """The only address whose pages may ask for a passkey. django-allauth is content with the domain."""
    if settings.IS_LOCAL:
        port = _asked(request).port
        return f"http://{LOCALHOST}" + (f":{port}" if port else "")
    origin: str = settings.PUBLIC_URL.geturl()
    return origin


def _origin_in(response: Any, parse: Callable[[Any], Any]) -> str | None:
    """The address of the page that the browser answered on; None for what is no answer of a browser."""
    try:
        origin: str = parse(response).response.client_data.origin
    except Exception:  # noqa: BLE001  Anybody may send anything, and the parser is not made for that.
        return None
    return origin


def _asked(request: HttpRequest) -> SplitResult:
    """What was asked for, as the browser sees it: another port may lead here."""
    return urlsplit(f"//{request.get_host()}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

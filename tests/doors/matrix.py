"""Who gets which answer: every address and every method, for everybody who may come.

A cell is a status. ``*`` behind it: the operation is done and in the audit log, as succeeded. ``!``: it is refused
and in the audit log, as refused. With neither, nothing changes and nothing is written down.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.doors.callers import CALLERS, CONSUMERS, OPERATORS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OTHERS = "others"

Row = Mapping[str, str]
Methods = Mapping[str, Row]


def _cells(callers: Mapping[str, object], cells: str) -> dict[str, str]:
    return dict(zip(callers, cells.split(), strict=True))


def everybody(cells: str) -> Row:
    """One cell for all, or a cell for each."""
    return dict.fromkeys(CALLERS, cells) if " " not in cells else _cells(CALLERS, cells)


def console(cells: str, *, strangers: str = "302") -> Row:
    """Viewer, operator, auditor, superuser. Everybody else is sent to the sign-in page; a key is no session."""
    return {**everybody(strangers), **_cells(OPERATORS, cells)}


FILLED_IN = "401"  # A form that a stranger fills in waits for the sign-in.


def api(cells: str) -> Row:
    """Keys without scopes, to read, write, reveal, introspect, scrape. Everybody else gets 401; a session is no key."""
    return {**everybody("401"), **_cells(CONSUMERS, cells)}


def docs(cells: str) -> Row:
    """As in the console, except that strangers hear 401, as from the API around it."""
    return console(cells, strangers="401")


def answers(route: str, method: str) -> Row:
    """The row for a method of a route."""
    methods = MATRIX[route]
    return next((row for names, row in methods.items() if method in names.split()), methods[OTHERS])


_SECTION: Methods = {  # Of the details page, edited in place.
    "GET HEAD": console("302 302 302 302"),
    "POST": console("403! 302* 404! 302*", strangers=FILLED_IN),
    OTHERS: console("403! 405 404! 405"),
}
_API_READ: Methods = {"GET HEAD": api("200 200 200 200 200 200"), OTHERS: api("405 405 405 405 405 405")}
_REDIRECT: Methods = {"TRACE": everybody("405"), OTHERS: everybody("302")}
_OPERATOR_BUTTON: Methods = {
    "GET HEAD": console("302 302 302 302"),
    "POST": console("403! 403! 403! 302*"),
    OTHERS: console("403! 403! 403! 405"),
}
_OWN: Methods = {"GET HEAD OPTIONS": console("200 200 200 200"), OTHERS: console("405 405 405 405")}
_OWN_FORM: Methods = {"POST": console("200 200 200 200"), **_OWN}

MATRIX: Mapping[str, Methods] = {
    # The console
    "": {"TRACE": console("405 405 405 405"), OTHERS: console("302 302 302 302")},
    "settings/access-keys/": {
        "GET HEAD OPTIONS": console("200 200 403 200"),
        OTHERS: console("405 405 403 405"),
    },
    "settings/access-keys/generate/": {
        "GET HEAD OPTIONS": console("403! 200 403! 200"),
        "POST": console("403! 302* 403! 302*", strangers=FILLED_IN),
        OTHERS: console("403! 405 403! 405"),
    },
    "settings/access-keys/find/": {
        "GET HEAD POST OPTIONS": console("200 200 403! 200"),
        OTHERS: console("405 405 403! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/": {
        "GET HEAD OPTIONS": console("200 200 404 200"),
        "POST": console("403! 302* 404! 302*", strangers=FILLED_IN),
        OTHERS: console("405 405 404 405"),
    },
    "settings/access-keys/<access_key_id:pk>/reveal/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 200* 404! 200*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/revoke/": {
        "GET HEAD OPTIONS": console("403! 200 404! 200"),
        "POST": console("403! 302* 404! 302*", strangers=FILLED_IN),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/limits/": _SECTION,
    "settings/access-keys/<access_key_id:pk>/scopes/": _SECTION,
    "settings/access-keys/<access_key_id:pk>/expiry/": _SECTION,
    "settings/access-keys/<access_key_id:pk>/facts/": _SECTION,
    "settings/access-keys/<access_key_id:pk>/check/": {
        "GET HEAD": console("302 302 404 302"),
        "POST OPTIONS": console("200 200 404 200"),
        OTHERS: console("405 405 404 405"),
    },
    "settings/access-keys/<access_key_id:pk>/hand-over/": {
        "GET HEAD OPTIONS": console("403! 200 404! 200"),
        "POST": console("403! 200* 404! 200*", strangers=FILLED_IN),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/hand-over/<int:number>/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 302* 404! 302*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "hand-over/": {"GET HEAD OPTIONS": everybody("200"), "POST": everybody("404"), OTHERS: everybody("405")},
    "settings/access-keys/<access_key_id:pk>/suspend/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 302* 404! 302*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/resume/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 302* 404! 302*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/rotate/": {
        "GET HEAD OPTIONS": console("403! 200 404! 200"),
        "POST": console("403! 302* 404! 302*", strangers=FILLED_IN),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/rotate/end-old-key/": {
        "GET HEAD OPTIONS": console("403! 200 404! 200"),
        "POST": console("403! 302* 404! 302*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/<access_key_id:pk>/rotate/cancel/": {
        "GET HEAD OPTIONS": console("403! 200 404! 200"),
        "POST": console("403! 302* 404! 302*"),
        OTHERS: console("403! 405 404! 405"),
    },
    "settings/access-keys/many/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 302 403! 302", strangers=FILLED_IN),
        OTHERS: console("405 405 405 405"),
    },
    "settings/access-keys/many/<uuid:run_id>/": {
        "GET HEAD OPTIONS": console("403! 200 403! 200"),
        "POST": console("403! 302* 403! 302*", strangers=FILLED_IN),
        OTHERS: console("403! 405 403! 405"),
    },
    "settings/access-keys/export/": {
        "GET HEAD OPTIONS": console("200 200 403 200"),
        OTHERS: console("405 405 403 405"),
    },
    "settings/audit-log/export/": {
        "GET HEAD OPTIONS": console("403 403 200 200"),
        OTHERS: console("403 403 405 405"),
    },
    "settings/audit-log/": {
        "GET HEAD OPTIONS": console("403 403 200 200"),
        OTHERS: console("403 403 405 405"),
    },
    "settings/operators/": {
        "GET HEAD OPTIONS": console("403 403 403 200"),
        OTHERS: console("403 403 403 405"),
    },
    "settings/operators/invite/": {
        "GET HEAD OPTIONS": console("403! 403! 403! 200"),
        "POST": console("403! 403! 403! 200*", strangers=FILLED_IN),
        OTHERS: console("403! 403! 403! 405"),
    },
    "settings/operators/<int:pk>/": {
        "GET HEAD OPTIONS": console("403 403 403 200"),
        OTHERS: console("403 403 403 405"),
    },
    "settings/operators/<int:pk>/roles/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("403! 403! 403! 302*", strangers=FILLED_IN),
        OTHERS: console("403! 403! 403! 405"),
    },
    "settings/operators/<int:pk>/activate/": _OPERATOR_BUTTON,
    "settings/operators/<int:pk>/sessions/": _OPERATOR_BUTTON,
    "settings/operators/<int:pk>/deactivate/": {
        "GET HEAD OPTIONS": console("403! 403! 403! 200"),
        "POST": console("403! 403! 403! 302*"),
        OTHERS: console("403! 403! 403! 405"),
    },
    "settings/operators/<int:pk>/reset/": {
        "GET HEAD OPTIONS": console("403! 403! 403! 200"),
        "POST": console("403! 403! 403! 200*"),
        OTHERS: console("403! 403! 403! 405"),
    },
    # The API
    "api/v1/ping/": _API_READ,
    "api/v1/access-keys/current/": _API_READ,
    "api/v1/access-keys/": {
        "GET HEAD": api("403 200 403 403 403 403"),
        "POST": api("403! 403! 201* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/": {
        "GET HEAD": api("403 200 403 403 403 403"),
        "PATCH": api("403! 403! 200* 403! 403! 403!"),
        "DELETE": api("403! 403! 204* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/reveal/": {
        "POST": api("403! 403! 403! 200* 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/limits/": {
        "PUT": api("403! 403! 200* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/suspension/": {
        "PUT": api("403! 403! 200* 403! 403! 403!"),
        "DELETE": api("403! 403! 200* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/rotation/": {
        "GET HEAD": api("403 200 403 403 403 403"),
        "POST": api("403! 403! 200* 403! 403! 403!"),
        "DELETE": api("403! 403! 200* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/<access_key_id:pk>/rotation/completion/": {
        "POST": api("403! 403! 200* 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/access-keys/current/rotation/": {  # For a scope that none of them has.
        "POST": api("403! 403! 403! 403! 403! 403!"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "oauth2/revoke/": {"POST": everybody("200"), OTHERS: everybody("405")},
    "oauth2/introspect/": {
        "POST": api("403 403 403 403 200 403"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "metrics/": {
        "GET HEAD": api("403 403 403 403 403 200"),
        OTHERS: api("405 405 405 405 405 405"),
    },
    "api/v1/schema/": {"GET HEAD": everybody("200"), OTHERS: everybody("405")},
    "api/v1/docs/": {"GET HEAD OPTIONS": docs("200 200 200 200"), OTHERS: docs("405 405 405 405")},
    # Signing in and out
    "accounts/login/": {
        "GET HEAD POST OPTIONS": console("302 302 302 302", strangers="200"),
        OTHERS: console("302 302 302 302", strangers="405"),
    },
    "accounts/logout/": {
        "GET HEAD": console("200 200 200 200"),
        "POST": everybody("302"),
        "OPTIONS": everybody("200"),
        OTHERS: everybody("405"),
    },
    "accounts/inactive/": {"GET HEAD OPTIONS": everybody("200"), OTHERS: everybody("405")},
    "accounts/password/change/": {
        "GET HEAD POST OPTIONS": console("200 200 200 200"),
        OTHERS: console("405 405 405 405"),
    },
    "accounts/prove/": {
        "GET HEAD OPTIONS": console("200 200 200 200"),
        "POST": console("302 302 302 302"),
        OTHERS: console("405 405 405 405"),
    },
    "account/sessions/": {
        "GET HEAD OPTIONS": console("200 200 200 200"),
        "POST": console("302 302 302 302"),
        OTHERS: console("405 405 405 405"),
    },
    "account/sessions/left/": {"GET HEAD POST OPTIONS": everybody("200"), OTHERS: everybody("405")},
    # Without OIDC_ISSUER there is nothing here; tests/single_sign_on has one.
    "accounts/single-sign-on/": {OTHERS: everybody("404")},
    "accounts/single-sign-on/prove/": {OTHERS: everybody("404")},
    "accounts/single-sign-on/return/": {OTHERS: everybody("404")},
    "accounts/single-sign-on/back-channel-logout/": {OTHERS: everybody("404")},
    "accounts/link/": {
        "GET HEAD OPTIONS": everybody("200"),
        "POST": console("200 200 200 200", strangers="404"),
        OTHERS: everybody("405"),
    },
    "accounts/choose-passkey/": {
        "GET HEAD POST": console("200 200 200 200", strangers="404"),
        "OPTIONS": everybody("200"),
        OTHERS: everybody("405"),
    },
    "accounts/choose-password/": {
        "GET HEAD POST": console("200 200 200 200", strangers="404"),
        "OPTIONS": everybody("200"),
        OTHERS: everybody("405"),
    },
    "accounts/passkey/": {
        "GET HEAD": everybody("302"),
        "POST": console("302 302 302 302", strangers="200"),
        OTHERS: console("302 302 302 302", strangers="405"),
    },
    "accounts/second-factor/": {OTHERS: everybody("302")},
    # The own account
    "account/": _OWN,
    "account/second-factor/": {
        "GET HEAD": console("302 302 302 302"),
        "OPTIONS": console("200 200 200 200"),
        OTHERS: console("405 405 405 405"),
    },
    "account/passkeys/add/": _OWN_FORM,
    "account/passkeys/<int:pk>/": {
        "GET HEAD": console("302 302 302 302"),
        "POST OPTIONS": console("200 200 200 200"),
        OTHERS: console("405 405 405 405"),
    },
    "account/app/add/": _OWN_FORM,
    "account/recovery-codes/": {"POST": console("302! 302! 302! 302!"), **_OWN},
    "account/factors/<int:pk>/remove/": {
        "GET HEAD": console("302 302 302 302"),
        "POST": console("302! 302! 302! 302!"),
        "OPTIONS": console("200 200 200 200"),
        OTHERS: console("405 405 405 405"),
    },
    "accounts/signup/": _REDIRECT,
    "accounts/password/reset/": _REDIRECT,
    "accounts/password/set/": _REDIRECT,
    "favicon.ico": _REDIRECT,
    "language/setlang/": {OTHERS: everybody("302")},
}

"""Every address of the console, for operators whose proof has grown old: what is grave asks, and does nothing."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from accesskeys.models import AuditEvent
from accesskeys.operations.policy import RULES
from tests.doors.callers import OPERATORS
from tests.doors.matrix import MATRIX, METHODS, answers
from tests.doors.test_matrix import OPERATIONS, Targets, ask, everything
from tests.identity_cloud.proof.helpers import let_proof_grow_old

pytestmark = pytest.mark.django_db

CONSOLE = [route for route in MATRIX if not route.startswith(("api/v1/acc", "oauth2", "admin", "accounts"))]
# The pages themselves ask: what is begun there needs a secret or a picture at once.
OWN = {
    *("account/passkeys/add/", "account/app/add/"),
    *("account/recovery-codes/", "account/factors/<int:pk>/remove/"),
}
EXPORTS = {"settings/access-keys/export/", "settings/audit-log/export/"}


def is_grave(route: str, method: str, cell: str) -> bool:
    """Whether this is an address at which an operator with this cell does something that takes fresh proof."""
    operation = OPERATIONS.get((route, None)) or OPERATIONS.get((route, method))
    if route in OWN:
        return method in {"GET", "HEAD"} or (method == "POST" and "add" not in route)  # Nothing is filled in.
    if route in EXPORTS:
        return method in {"GET", "HEAD"} and cell == "200"
    return cell.endswith("*") and operation is not None and RULES[operation].proof


@pytest.mark.parametrize("route", CONSOLE)
def test_what_is_grave_asks_and_everything_else_goes_on(route: str, settings: Settings) -> None:
    clients = {name: come() for name, come in OPERATORS.items()}
    for method in METHODS:
        for caller, client in clients.items():
            cell = answers(route, method)[caller]
            targets, before = Targets.make(route, method), None
            let_proof_grow_old()
            before, last = everything(), AuditEvent.objects.count()
            response = ask(client, method, route, targets)
            if response.streaming:
                list(response)
            which = f"{method} /{route} by {caller}"
            if is_grave(route, method, cell):
                assert (which, response.status_code) == (which, 401)
                assert (which, response["Cache-Control"]) == (which, "no-store")
                assert everything() == before, which
                assert AuditEvent.objects.count() == last, which
            else:
                assert (which, str(response.status_code)) == (which, cell.rstrip("*!"))


def test_there_is_something_grave() -> None:
    grave = {
        route
        for route in CONSOLE
        for method in METHODS
        for caller in OPERATORS
        if is_grave(route, method, answers(route, method)[caller])
    }
    page = "settings/access-keys/<access_key_id:pk>"
    assert grave >= {
        *EXPORTS,
        "settings/access-keys/generate/",
        *(f"{page}/{part}/" for part in ("reveal", "hand-over", "rotate")),
    }

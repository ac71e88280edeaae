"""What can be done with operators. Each is authorised by ``policy`` and writes its own audit event."""

from identity_cloud.operators.operations.choose_passkey import choose_passkey
from identity_cloud.operators.operations.choose_password import choose_password
from identity_cloud.operators.operations.deactivate import activate, deactivate
from identity_cloud.operators.operations.end_sessions import end_sessions
from identity_cloud.operators.operations.find import resolve
from identity_cloud.operators.operations.invite import create, invite
from identity_cloud.operators.operations.reset import reset
from identity_cloud.operators.operations.set_roles import set_roles
from identity_cloud.operators.operations.sign_in_link import make_sign_in_link, use_sign_in_link

__all__ = [
    "activate",
    "choose_passkey",
    "choose_password",
    "create",
    "deactivate",
    "end_sessions",
    "invite",
    "make_sign_in_link",
    "reset",
    "resolve",
    "set_roles",
    "use_sign_in_link",
]

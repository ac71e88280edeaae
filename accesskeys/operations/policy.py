"""Who may do what: one table, read by pages, API, templates and operations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.utils import timezone

from accesskeys.core import conf, scopes
from accesskeys.core.exceptions import Forbidden, InsufficientScope, OwnLimits, ProofNeeded, WiderThanOwn
from accesskeys.core.networks import cover, parse_networks
from accesskeys.core.rates import parse_rate
from accesskeys.models import AccessKey, Action, ActorKind
from accesskeys.operations import audit
from accesskeys.operations.actors import Actor


class Operation(StrEnum):
    """What can be asked for."""

    LIST = "list"
    DETAILS = "details"
    FIND = "find"
    GENERATE = "generate"
    RENAME = "rename"
    REVEAL = "reveal"
    COPY = "copy"
    SUSPEND = "suspend"
    RESUME = "resume"
    LIMIT = "limit"
    RESCOPE = "rescope"
    EXTEND = "extend"
    DESCRIBE = "describe"
    ROTATE = "rotate"
    ROTATE_SELF = "rotate_self"
    COMPLETE_ROTATION = "complete_rotation"
    CANCEL_ROTATION = "cancel_rotation"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    REVOKE = "revoke"
    READ_AUDIT_LOG = "read_audit_log"
    TRIM_AUDIT_LOG = "trim_audit_log"
    INTROSPECT = "introspect"
    READ_METRICS = "read_metrics"
    CHECK_INTEGRITY = "check_integrity"
    EXPORT = "export"
    EXPORT_AUDIT_LOG = "export_audit_log"
    LIST_OPERATORS = "list_operators"
    INVITE_OPERATOR = "invite_operator"
    SET_ROLES = "set_roles"
    DEACTIVATE_OPERATOR = "deactivate_operator"
    ACTIVATE_OPERATOR = "activate_operator"
    RESET_OPERATOR = "reset_operator"
    END_SESSIONS = "end_sessions"
    ADD_FACTOR = "add_factor"
    REMOVE_FACTOR = "remove_factor"
    CHANGE_PASSWORD = "change_password"  # noqa: S105


@dataclass(frozen=True)
class Rule:
    """What an operation takes: an operator's permission, a calling key's scope (None: not at that door).

    ``action`` is what the audit log calls it; reading has none and leaves no event.
    """

    permission: str | None
    scope: str | None
    action: Action | None = None
    besides: Operation | None = None  # What it comes to, and takes as well.
    proof: bool = False  # Whether an operator must have shown shortly before who it is.
    is_own: bool = False  # About the operator who asks, and nobody else: whatever the roles.


RULES: Mapping[Operation, Rule] = MappingProxyType(
    {
        Operation.LIST: Rule("accesskeys.view_accesskey", scopes.READ),
        Operation.DETAILS: Rule("accesskeys.view_accesskey", scopes.READ),
        Operation.FIND: Rule("accesskeys.view_accesskey", None, Action.FOUND),
        Operation.GENERATE: Rule("accesskeys.generate_accesskey", scopes.WRITE, Action.GENERATED, proof=True),
        Operation.RENAME: Rule("accesskeys.rename_accesskey", scopes.WRITE, Action.RENAMED),
        Operation.REVEAL: Rule("accesskeys.reveal_accesskey", scopes.REVEAL, Action.SHOWN, proof=True),
        Operation.COPY: Rule("accesskeys.reveal_accesskey", None, Action.COPIED, proof=True),
        Operation.SUSPEND: Rule("accesskeys.suspend_accesskey", scopes.WRITE, Action.SUSPENDED),
        Operation.RESUME: Rule("accesskeys.suspend_accesskey", scopes.WRITE, Action.RESUMED),
        Operation.LIMIT: Rule("accesskeys.limit_accesskey", scopes.WRITE, Action.LIMITED),
        Operation.RESCOPE: Rule("accesskeys.rescope_accesskey", scopes.WRITE, Action.RESCOPED),
        Operation.EXTEND: Rule("accesskeys.extend_accesskey", scopes.WRITE, Action.EXTENDED),
        Operation.DESCRIBE: Rule("accesskeys.describe_accesskey", scopes.WRITE, Action.DESCRIBED),
        Operation.ROTATE: Rule("accesskeys.rotate_accesskey", scopes.WRITE, Action.ROTATED, proof=True),
        Operation.ROTATE_SELF: Rule(None, scopes.ROTATE_SELF, Action.ROTATED),
        Operation.COMPLETE_ROTATION: Rule(
            "accesskeys.rotate_accesskey", scopes.WRITE, Action.ROTATION_COMPLETED
        ),
        Operation.CANCEL_ROTATION: Rule(
            "accesskeys.rotate_accesskey", scopes.WRITE, Action.ROTATION_CANCELLED
        ),
        Operation.HAND_OVER: Rule(
            "accesskeys.hand_over_accesskey", None, Action.HANDED_OVER, Operation.REVEAL, proof=True
        ),
        Operation.TAKE_BACK: Rule("accesskeys.hand_over_accesskey", None, Action.HAND_OVER_TAKEN_BACK),
        Operation.REVOKE: Rule("accesskeys.revoke_accesskey", scopes.WRITE, Action.REVOKED),
        Operation.READ_AUDIT_LOG: Rule("accesskeys.view_auditevent", None),
        Operation.TRIM_AUDIT_LOG: Rule(None, None, Action.TRIMMED),
        Operation.INTROSPECT: Rule(None, scopes.INTROSPECT),
        Operation.READ_METRICS: Rule(None, scopes.METRICS),
        Operation.CHECK_INTEGRITY: Rule(None, None, Action.CHECKED),
        Operation.EXPORT: Rule("accesskeys.view_accesskey", None, proof=True),
        Operation.EXPORT_AUDIT_LOG: Rule("accesskeys.view_auditevent", None, proof=True),
        Operation.LIST_OPERATORS: Rule("auth.view_user", None),
        Operation.INVITE_OPERATOR: Rule("auth.add_user", None, Action.INVITED, proof=True),
        Operation.SET_ROLES: Rule("auth.change_user", None, Action.ROLES_CHANGED, proof=True),
        Operation.DEACTIVATE_OPERATOR: Rule("auth.change_user", None, Action.DEACTIVATED, proof=True),
        Operation.ACTIVATE_OPERATOR: Rule("auth.change_user", None, Action.ACTIVATED, proof=True),
        Operation.RESET_OPERATOR: Rule("auth.change_user", None, Action.RESET, proof=True),
        Operation.END_SESSIONS: Rule("auth.change_user", None, Action.SESSION_ENDED, proof=True),
        Operation.ADD_FACTOR: Rule(None, None, Action.FACTOR_ADDED, proof=True, is_own=True),
        Operation.REMOVE_FACTOR: Rule(None, None, Action.FACTOR_REMOVED, proof=True, is_own=True),
        Operation.CHANGE_PASSWORD: Rule(None, None, Action.PASSWORD_CHANGED, proof=True, is_own=True),
    }
)

_VIEWING = (Operation.LIST, Operation.DETAILS, Operation.FIND, Operation.EXPORT)

ROLES: Mapping[str, tuple[Operation, ...]] = MappingProxyType(
    {
        "Viewers": _VIEWING,
        "Operators": (
            *_VIEWING,
            Operation.GENERATE,
            Operation.REVEAL,
            Operation.COPY,
            Operation.RENAME,
            Operation.SUSPEND,
            Operation.RESUME,
            Operation.LIMIT,
            Operation.RESCOPE,
            Operation.EXTEND,
            Operation.DESCRIBE,
            Operation.ROTATE,
            Operation.COMPLETE_ROTATION,
            Operation.CANCEL_ROTATION,
            Operation.HAND_OVER,
            Operation.TAKE_BACK,
            Operation.REVOKE,
        ),
        "Auditors": (Operation.READ_AUDIT_LOG, Operation.EXPORT_AUDIT_LOG),
        "Administrators": (
            Operation.LIST_OPERATORS,
            Operation.INVITE_OPERATOR,
            Operation.SET_ROLES,
            Operation.DEACTIVATE_OPERATOR,
            Operation.ACTIVATE_OPERATOR,
            Operation.RESET_OPERATOR,
            Operation.END_SESSIONS,
        ),
    }
)


def may(actor: Actor, operation: Operation) -> bool:
    """Whether the actor has what the operation takes."""
    rule = RULES[operation]
    if rule.besides is not None and not may(actor, rule.besides):
        return False
    if rule.is_own:
        return actor.operator is not None and actor.operator.is_active
    if actor.kind == ActorKind.COMMAND:
        return True
    if actor.kind == ActorKind.ACCESS_KEY:
        return rule.scope in actor.scopes
    if actor.operator is None or rule.permission is None:
        return False
    return actor.operator.has_perm(rule.permission)


def authorize(actor: Actor, operation: Operation, *, access_key_id: UUID | None = None) -> None:
    """Let the actor do it, or raise as ``admit`` does, or ProofNeeded."""
    admit(actor, operation, access_key_id=access_key_id)
    if RULES[operation].proof and not has_proved(actor):
        raise ProofNeeded


def has_proved(actor: Actor) -> bool:
    """Whether the proof is fresh. Only people give one: a key or a shell is as good as at its first use."""
    longest = conf.fresh_proof()
    if actor.kind != ActorKind.OPERATOR or longest is None:
        return True
    return actor.proved_at is not None and timezone.now() - actor.proved_at < longest


def admit(actor: Actor, operation: Operation, *, access_key_id: UUID | None = None) -> None:
    """Let the actor see what it is about, or write the refusal down and raise Forbidden or InsufficientScope."""
    if may(actor, operation):
        return
    rule = RULES[operation]
    refusal = (
        InsufficientScope(rule.scope) if actor.kind == ActorKind.ACCESS_KEY and rule.scope else Forbidden()
    )
    if rule.action is not None:
        audit.record_refusal(audit.Entry(rule.action, actor, access_key_id), reason=refusal.code)
    raise refusal


def check_grant(actor: Actor, granted: Collection[str]) -> None:
    """A key never gives another key a scope that it lacks itself; raise InsufficientScope if it tries."""
    if actor.kind != ActorKind.ACCESS_KEY:
        return
    for scope in granted:
        if scope not in actor.scopes:
            raise InsufficientScope(scope)


def check_confinement(actor: Actor, access_key: AccessKey) -> None:
    """A key with limits gives nobody wider ones; raise WiderThanOwn if it tries. Ask with a row that is valid."""
    own, given = parse_networks(actor.allowed_networks), parse_networks(tuple(access_key.allowed_networks))
    if own and not (given and cover(own, given)):
        raise WiderThanOwn
    if actor.rate_limit and not (
        access_key.rate_limit and parse_rate(access_key.rate_limit).is_within(parse_rate(actor.rate_limit))
    ):
        raise WiderThanOwn


def check_reach(actor: Actor, operation: Operation, access_key: AccessKey) -> None:
    """A key touches no access key that carries a scope that it lacks itself, and lifts nothing that confines it.

    Neither on itself, nor on others while it is confined: their keys would be its way out. Raises InsufficientScope or
    OwnLimits. Ask with the row in hand, locked: its scopes may change until then.
    """
    check_grant(actor, access_key.scopes)  # Shown or changed, they would be as good as given.
    is_limited = bool(actor.allowed_networks or actor.rate_limit)
    is_itself = actor.access_key_id == access_key.pk
    lifts = {
        Operation.LIMIT: is_limited or is_itself,
        Operation.EXTEND: actor.expires_at is not None or is_itself,
        Operation.ROTATE: (is_limited or actor.expires_at is not None) and not is_itself,
    }
    if actor.kind == ActorKind.ACCESS_KEY and lifts.get(operation, False):
        raise OwnLimits

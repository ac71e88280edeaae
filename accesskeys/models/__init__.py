"""Data truth only: fields, constraints, queryset words. What is done with them stands in ``operations``."""

from accesskeys.models.access_key import DESCRIPTION, EXPIRY, LAST_USE, AccessKey, AccessKeyQuerySet
from accesskeys.models.audit_event import Action, ActorKind, AuditEvent, Door, Outcome
from accesskeys.models.bulk_run import BulkRun
from accesskeys.models.by_facts import is_short
from accesskeys.models.hand_over import HandOver
from accesskeys.models.heartbeat import Heartbeat
from accesskeys.models.housekeeping_run import HousekeepingRun
from accesskeys.models.idempotent_request import IdempotentRequest
from accesskeys.models.master_key_fingerprint import MasterKeyFingerprint
from accesskeys.models.rotation import Presented, Rotation

__all__ = [
    "DESCRIPTION",
    "EXPIRY",
    "LAST_USE",
    "AccessKey",
    "AccessKeyQuerySet",
    "Action",
    "ActorKind",
    "AuditEvent",
    "BulkRun",
    "Door",
    "HandOver",
    "Heartbeat",
    "HousekeepingRun",
    "IdempotentRequest",
    "MasterKeyFingerprint",
    "Outcome",
    "Presented",
    "Rotation",
    "is_short",
]

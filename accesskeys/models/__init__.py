"""Data truth only: fields, constraints, queryset words. What is done with them stands in ``services``."""

from accesskeys.models.access_key import DESCRIPTION, EXPIRY, LAST_USE, AccessKey, AccessKeyQuerySet, is_short
from accesskeys.models.audit_event import Action, AuditEvent, Outcome
from accesskeys.models.master_key_fingerprint import MasterKeyFingerprint

__all__ = [
    "DESCRIPTION",
    "EXPIRY",
    "LAST_USE",
    "AccessKey",
    "AccessKeyQuerySet",
    "Action",
    "AuditEvent",
    "MasterKeyFingerprint",
    "Outcome",
    "is_short",
]

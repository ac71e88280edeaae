"""Data truth only: fields, constraints, queryset words. What is done with them stands in ``services``."""

from accesskeys.models.access_key import AccessKey, AccessKeyQuerySet
from accesskeys.models.audit_event import Action, AuditEvent, Outcome
from accesskeys.models.master_key_fingerprint import MasterKeyFingerprint

__all__ = ["AccessKey", "AccessKeyQuerySet", "Action", "AuditEvent", "MasterKeyFingerprint", "Outcome"]

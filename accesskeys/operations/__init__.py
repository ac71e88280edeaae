"""What can be done with access keys, and by whom. All doors call these, and nothing else changes an access key.

Each one authorizes, decides, changes and audits, in one transaction that is committed when it returns. They know
no request and no response. Wrong input is a ValidationError; every other refusal is in ``core.exceptions``.
"""

from accesskeys.operations.check_integrity import Damage, Damaged, check_integrity
from accesskeys.operations.describe import describe
from accesskeys.operations.drafts import Wish
from accesskeys.operations.extend import Extended, extend
from accesskeys.operations.find import find, resolve
from accesskeys.operations.find_by_key import find_by_key
from accesskeys.operations.generate import generate
from accesskeys.operations.generate_many import Generated, foresee, generate_many
from accesskeys.operations.generate_once import GeneratedOnce, Marked, generate_once
from accesskeys.operations.limit import limit
from accesskeys.operations.readiness import check_fingerprints, check_keyring
from accesskeys.operations.rename import rename
from accesskeys.operations.rescope import rescope
from accesskeys.operations.reveal import reveal
from accesskeys.operations.revoke import RevokedAccessKey, revoke
from accesskeys.operations.suspend import resume, suspend
from accesskeys.operations.trim_audit_log import outlived, trim_audit_log
from accesskeys.operations.validation import objection

__all__ = [
    "Damage",
    "Damaged",
    "Extended",
    "Generated",
    "GeneratedOnce",
    "Marked",
    "RevokedAccessKey",
    "Wish",
    "check_fingerprints",
    "check_integrity",
    "check_keyring",
    "describe",
    "extend",
    "find",
    "find_by_key",
    "foresee",
    "generate",
    "generate_many",
    "generate_once",
    "limit",
    "objection",
    "outlived",
    "rename",
    "rescope",
    "resolve",
    "resume",
    "reveal",
    "revoke",
    "suspend",
    "trim_audit_log",
]

"""What can be done with access keys, and by whom. All doors call these, and nothing else changes an access key.

Each one authorizes, decides, changes and audits, in one transaction that is committed when it returns. They know
no request and no response. Wrong input is a ValidationError; every other refusal is in ``core.exceptions``.
"""

from accesskeys.operations.begin_grace import begin_grace
from accesskeys.operations.bulk_runs import confirm_run, draft_run, find_run, go_on, stop_run
from accesskeys.operations.cancel_rotation import cancel_rotation
from accesskeys.operations.change import Changed, change
from accesskeys.operations.change_many import Tally, Task, change_many
from accesskeys.operations.check_integrity import Damage, Damaged, check_integrity
from accesskeys.operations.complete_rotation import complete_rotation
from accesskeys.operations.describe import describe
from accesskeys.operations.drafts import Wish
from accesskeys.operations.extend import extend
from accesskeys.operations.find import find, resolve
from accesskeys.operations.find_by_key import find_by_key
from accesskeys.operations.find_rotation import find_rotation
from accesskeys.operations.foresee_many import Foreseen, foresee_many, hold_fast
from accesskeys.operations.generate import generate
from accesskeys.operations.generate_many import Generated, foresee, generate_many
from accesskeys.operations.generate_once import GeneratedOnce, generate_once
from accesskeys.operations.hand_over import HandedOver, hand_over, take_back
from accesskeys.operations.limit import limit
from accesskeys.operations.marks import Marked
from accesskeys.operations.open_hand_over import Opened, open_hand_over
from accesskeys.operations.readiness import check_fingerprints, check_keyring
from accesskeys.operations.rename import rename
from accesskeys.operations.rescope import rescope
from accesskeys.operations.reveal import reveal
from accesskeys.operations.revived import Revived, check_revocations, find_revived
from accesskeys.operations.revoke import RevokedAccessKey, revoke
from accesskeys.operations.rotate import Rotated, rotate, rotate_self
from accesskeys.operations.settle_rotations import settle_rotations
from accesskeys.operations.surrender import surrender
from accesskeys.operations.suspend import resume, suspend
from accesskeys.operations.trim_audit_log import outlived, trim_audit_log
from accesskeys.operations.validation import objection
from accesskeys.operations.versions import version_of

__all__ = [
    "Changed",
    "Damage",
    "Damaged",
    "Foreseen",
    "Generated",
    "GeneratedOnce",
    "HandedOver",
    "Marked",
    "Opened",
    "Revived",
    "RevokedAccessKey",
    "Rotated",
    "Tally",
    "Task",
    "Wish",
    "begin_grace",
    "cancel_rotation",
    "change",
    "change_many",
    "check_fingerprints",
    "check_integrity",
    "check_keyring",
    "check_revocations",
    "complete_rotation",
    "confirm_run",
    "describe",
    "draft_run",
    "extend",
    "find",
    "find_by_key",
    "find_revived",
    "find_rotation",
    "find_run",
    "foresee",
    "foresee_many",
    "generate",
    "generate_many",
    "generate_once",
    "go_on",
    "hand_over",
    "hold_fast",
    "limit",
    "objection",
    "open_hand_over",
    "outlived",
    "rename",
    "rescope",
    "resolve",
    "resume",
    "reveal",
    "revoke",
    "rotate",
    "rotate_self",
    "settle_rotations",
    "stop_run",
    "surrender",
    "suspend",
    "take_back",
    "trim_audit_log",
    "version_of",
]

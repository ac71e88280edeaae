"""Asking the standby beside this machine instead of the primary, while it is known to be recent enough.

The protocol, and why it is right, is in docs/replicas.md.
"""

from accesskeys.core import conf
from accesskeys.verification.replica.asking import trusted
from accesskeys.verification.replica.beating import beating as of_process
from accesskeys.verification.replica.beating import look
from accesskeys.verification.replica.lease import Lease
from accesskeys.verification.replica.standing import Standing, State

__all__ = ["Standing", "State", "looked_at", "standing", "trusted"]


def standing() -> Standing | None:
    """Of the replica, as this process knows it, without asking anybody; None where there is none."""
    if conf.replica() is None:
        return None
    own = of_process()
    own.begin()
    return own.standing


def looked_at() -> Standing | None:
    """As it is found now, by a process that has no thread for it."""
    return None if conf.replica() is None else look(Lease(conf.replica_lease()))

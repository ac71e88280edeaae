"""Asking the standby beside this machine instead of the primary, while it is known to be recent enough.

The protocol, and why it is right, is in docs/replicas.md.
"""

from accesskeys.verification.replica.asking import trusted

__all__ = ["trusted"]

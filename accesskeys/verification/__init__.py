"""May this key pass? The way of a presented key: found, decided on, counted, remembered."""

from accesskeys.verification.authenticate import authenticate
from accesskeys.verification.last_use import flush as flush_last_uses
from accesskeys.verification.last_use import record_use

__all__ = ["authenticate", "flush_last_uses", "record_use"]

"""What to say of a file or folder that cannot be used. Imports nothing that has to be installed."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

_FORBIDDEN = (errno.EACCES, errno.EPERM)


def unusable(error: OSError) -> str:
    """The path, the account that tried, and what to do, out of an error that names a path."""
    path = Path(os.path.abspath(error.filename))
    sentence = f"{path} cannot be used by the account {account(os.geteuid())}: {error.strerror}."
    return f"{sentence} {_advice(path)}" if error.errno in _FORBIDDEN else sentence


def check_writable(file: Path) -> None:
    """Raise the OSError that writing to this file, or making it, would meet."""
    if os.path.lexists(file):
        os.close(os.open(file, os.O_WRONLY))
    folder = _nearest(file.parent)
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that is there."""
    while not os.path.lexists(path):
        path = path.parent
    return path


def _advice(path: Path) -> str:
    there = _nearest(path)
    ours, owner = os.geteuid(), there.stat().st_uid
    if owner == ours:
        return f"Let its owner write: chmod u+w {there}"
    it = "It" if there == path else there
    return f"{it} belongs to {account(owner)}: start as {account(owner)}, or chown -R {account(ours)} {there}"


def account(number: int) -> str:
    """The name of an account; its number, where it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)

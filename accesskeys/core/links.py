"""Links that show a key once: the secret stands behind the #, which browsers send to nobody."""

from __future__ import annotations


def link(page: str, secret: str) -> str:
    """The link to a page, with its secret."""
    return f"{page}#{secret}"


def secret_in(text: str) -> str:
    """The secret of what somebody pasted: a whole link, or what stands behind its #."""
    return text.rpartition("#")[2].strip()

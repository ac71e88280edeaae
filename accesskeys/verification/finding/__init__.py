"""Finding the access key of a digest, by statements compiled once."""

from accesskeys.verification.finding.statement import find_by_digest

__all__ = ["find_by_digest"]

"""What tests do with the statements of a decision."""

from __future__ import annotations

from accesskeys.verification.finding import statement


def compile_anew() -> None:
    """Forget the statements, so that the next decision compiles them as the settings are then."""
    statement._of_only_keys.cache_clear()
    statement._of_all_keys.cache_clear()

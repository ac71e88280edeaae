"""Template words of the pages about operators."""

from __future__ import annotations

from django import template

from identity_cloud.operators.standing import factors, has_broken_factor, roles_in_order, standing_of, ways_in

register = template.Library()
register.filter(factors)
register.filter(has_broken_factor)
register.filter(roles_in_order)
register.filter(standing_of)
register.filter(ways_in)


@register.filter
def in_fours(secret: str) -> str:
    """In groups of four, to be read and typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

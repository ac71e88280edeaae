"""QR codes, drawn here: a secret that another service draws is none."""

from __future__ import annotations

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage


def draw(text: str) -> SafeString:
    """The text as an SVG to put into a page."""
    picture: str = qrcode.make(text, image_factory=SvgPathImage, border=0).to_string(encoding="unicode")
    return mark_safe(picture)  # noqa: S308  Made of squares alone.

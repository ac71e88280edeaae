"""What people call the thing that a browser runs on, from what it says of itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that is found: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrom": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """Such as “Firefox · Linux”."""
    known = [
        next((name for part, name in names.items() if part in user_agent), None)
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, known)) or _("Unknown device")

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.test import Client

from accesskeys.http import PROVED_AT

PASSWORD = "correct horse battery"


def let_proof_grow_old() -> None:
    """All who are signed in have proved at some moment before anybody can remember."""
    for row in Session.objects.all():
        session = row.get_decoded()
        session[PROVED_AT] = 0
        row.session_data = Session.objects.encode(session)
        row.save(update_fields=["session_data"])


def is_proven(client: Client) -> bool:
    """Whether this browser's session holds a proof of a moment ago."""
    return client.session[PROVED_AT] > 1

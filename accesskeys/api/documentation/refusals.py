"""Every code that a refusal may have: when it is heard, and what there is to do. The one table, for schema and page.

In English, as the refusals themselves are.
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from typing import Any, Final, NamedTuple


class Refusal(NamedTuple):
    """What a program may hear instead of the answer that it asked for."""

    status: int
    code: str
    when: str
    remedy: str


REFUSALS: Final = (
    Refusal(
        400, "invalid", "A value is not what its field or parameter takes.", "Follow the sentence in detail."
    ),
    Refusal(400, "required", "A field is missing.", "Send it."),
    Refusal(400, "null", "A field is null that cannot be.", "Send a value, or leave the field out."),
    Refusal(400, "not_a_list", "A list is something else.", "Send an array, even of one."),
    Refusal(400, "unknown", "There is no such field or parameter.", "Look for a misspelt name."),
    Refusal(400, "repeated", "A parameter comes twice.", "Send it once."),
    Refusal(400, "read_only", "The field is told, and cannot be set.", "Leave it out."),
    Refusal(400, "unique", "Another access key has this name.", "Choose a different one."),
    Refusal(400, "max_length", "A text is too long.", "Shorten it to what detail says."),
    Refusal(400, "too_many", "A list holds more than it may.", "Keep as many as detail says."),
    Refusal(400, "invalid_scope", "A scope is malformed.", "Write it as orders:read."),
    Refusal(400, "invalid_network", "A network is malformed.", "Write it as 192.0.2.0/24."),
    Refusal(400, "invalid_label", "A label is malformed.", "Follow the sentence in detail."),
    Refusal(
        400,
        "holds_key",
        "There is a key in a text that others read.",
        "Leave it out, and revoke it if it is known.",
    ),
    Refusal(400, "naive", "A time has no offset.", "Add one, such as Z."),
    Refusal(400, "not_in_future", "An expiry has passed already.", "Choose a later one."),
    Refusal(
        400, "out_of_range", "A time of a rotation is too long or too short.", "Choose what detail allows."
    ),
    Refusal(
        400,
        "invalid_choice",
        "A parameter takes one of a few words, and this is none.",
        "Choose one that detail names.",
    ),
    Refusal(400, "min_value", "A number is too small.", "Choose a larger one."),
    Refusal(400, "max_value", "A number is too large.", "Choose a smaller one."),
    Refusal(400, "max_string_length", "A number has more digits than any.", "Choose a smaller one."),
    Refusal(400, "null_characters_not_allowed", "A parameter holds a null character.", "Leave it out."),
    Refusal(
        400,
        "parse_error",
        "Body or header cannot be read, or say something twice.",
        "Follow the sentence in detail.",
    ),
    Refusal(
        400, "bad_request", "The request is no proper HTTP.", "Look at what the program or a proxy sends."
    ),
    Refusal(401, "not_authenticated", "There is no key.", "Send Authorization: Bearer <key>."),
    Refusal(
        401,
        "invalid_token",
        "The key is malformed, unknown, revoked, expired, suspended or used from elsewhere. Which of these, is in the "
        "server's log alone.",
        "Ask an operator. Trying again does not help.",
    ),
    Refusal(
        403,
        "insufficient_scope",
        "The key lacks a scope, which WWW-Authenticate names.",
        "Ask for a key that has it.",
    ),
    Refusal(
        403,
        "permission_denied",
        "The key would lift its own limits or expiry, or give wider ones.",
        "Ask an operator.",
    ),
    Refusal(
        403,
        "https_required",
        "The request came over http.",
        "Use https, and replace the key: it was sent in the open.",
    ),
    Refusal(
        404,
        "not_found",
        "There is no such access key, or nothing at the address.",
        "Look at the ID, and for the last slash.",
    ),
    Refusal(405, "method_not_allowed", "The address has no such method.", "Choose one that Allow names."),
    Refusal(406, "not_acceptable", "Accept asks for a format that there is not.", "Accept application/json."),
    Refusal(409, "idempotency_conflict", "The Idempotency-Key came with another body.", "Send a new one."),
    Refusal(
        409,
        "access_key_revoked",
        "What the first request generated has been revoked.",
        "Send a new Idempotency-Key.",
    ),
    Refusal(
        409, "key_replaced", "The access key of the first request has another key by now.", "Reveal that one."
    ),
    Refusal(
        409,
        "not_rotating",
        "The access key has one key only: its rotation is over or was cancelled, or there was none.",
        "Do nothing, unless it is to have another key: then rotate it.",
    ),
    Refusal(
        409,
        "rotation_pending",
        "There is a next key already, and the old one ends otherwise than the request asks for.",
        "Ask again without times for the key, or complete the rotation to end the old one.",
    ),
    Refusal(
        409,
        "next_key_in_use",
        "Programs use the next key, so it is not dropped.",
        "Complete the rotation instead.",
    ),
    Refusal(
        409,
        "old_key_ended",
        "The old key has ended, so the next one is the only one.",
        "Do nothing: it stays.",
    ),
    Refusal(
        412,
        "precondition_failed",
        "Somebody has changed the access key since.",
        "Read it again, then decide.",
    ),
    Refusal(413, "request_too_large", "The body is over 64 KiB.", "Send less at once."),
    Refusal(
        415,
        "unsupported_media_type",
        "The body is of another type, or compressed.",
        "Send it as it is, as application/json in UTF-8.",
    ),
    Refusal(
        429,
        "throttled",
        "The key is over its rate, or its address sends too many bad keys.",
        "Wait for the seconds of Retry-After.",
    ),
    Refusal(500, "error", "A fault of the server. It is in its log.", "Tell whoever runs it, with the time."),
    Refusal(
        503,
        "unavailable",
        "The database or the counter is away, or the server is busy.",
        "Wait for the seconds of Retry-After.",
    ),
    Refusal(
        503,
        "integrity_failure",
        "The stored copy of the key is damaged, so it cannot be shown.",
        "Go on using the key, and rotate it.",
    ),
)

# As RFC 9110 has it. Python's own word for it tells which Python it is.
PHRASES: Final = {413: "Content Too Large"}

EXAMPLE: Final = {
    "type": "validation_error",
    "errors": [
        {
            "code": "unique",
            "detail": "Another access key has this name. Choose a different one.",
            "attr": "name",
        }
    ],
}


def describe(document: dict[str, Any]) -> None:
    """Add the table to the OpenAPI document, and say of each refusal in it what it is."""
    table = {
        status: {
            "status": status,
            "phrase": PHRASES.get(status) or HTTPStatus(status).phrase,
            "codes": [{"code": each.code, "when": each.when, "remedy": each.remedy} for each in codes],
        }
        for status, codes in groupby(REFUSALS, key=lambda refusal: refusal.status)
    }
    document["x-refusals"] = list(table.values())
    document["components"]["schemas"]["Errors"]["examples"] = [EXAMPLE]
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        for status, response in operation["responses"].items():
            if int(status) in table:
                response["description"] = response["description"] or table[int(status)]["phrase"]

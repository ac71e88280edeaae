"""Rows for every peer, a few of which are then used. Each row is what its own library would have made."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from drf_simple_apikey.models import APIKey as SimpleApiKey
from knox.crypto import create_token_string, hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework.authtoken.models import Token
from rest_framework_api_key.models import APIKey

from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey

BATCH = 5_000  # rows
USED = 16  # of each kind: one program for each connection

Headers = dict[str, list[str]]


def fill(count: int) -> Headers:
    """Insert so many rows of each kind; returns the ``Authorization`` headers of those that will be used, by kind."""
    User = get_user_model()  # noqa: N806
    insert(User(username=f"consumer_{n}", password="!") for n in range(count))
    users = list(User.objects.values_list("pk", flat=True))
    random.shuffle(users)
    headers = {
        "access keys": _inserted(map(_access_key, range(count)), count),
        "forged": [f"Bearer {key}" for key in _forged(USED)],
        "authtoken": _inserted(map(_authtoken, users), count),
        "knox": _inserted(map(_knox, users), count),
        "api key": _inserted(map(_api_key, range(count)), count),
        "simple apikey": _simple_apikeys(users),
    }
    settle()
    return headers


def insert(instances: Iterable[models.Model]) -> None:
    """Insert in batches."""
    remaining = iter(instances)
    while batch := list(islice(remaining, BATCH)):
        type(batch[0])._default_manager.bulk_create(batch)


def settle() -> None:
    """Let the database learn what it holds."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _access_key(n: int) -> tuple[AccessKey, str]:
    ring = get_keyring()
    key = ring.new_key()
    access_key = AccessKey(name=f"consumer_{n}", created_by="benchmark", digest_key_id=ring.current.id)
    access_key.digest = ring.current.digest(key)
    sealed = ring.current.seal(key, row_id=access_key.pk)
    access_key.sealed, access_key.sealed_key_id = sealed.text, sealed.key_id
    return access_key, f"Bearer {key}"


def _forged(count: int) -> Iterator[str]:
    """Keys of the right shape whose tag is wrong."""
    for _ in range(count):
        key = get_keyring().new_key()
        yield key[:-1] + ("a" if key[-1] != "a" else "b")


def _authtoken(user: int) -> tuple[Token, str]:
    key = Token.generate_key()
    return Token(key=key, user_id=user), f"Token {key}"


def _knox(user: int) -> tuple[AuthToken, str]:
    token = create_token_string()
    row = AuthToken(digest=hash_token(token), token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH], user_id=user)
    return row, f"Token {token}"


def _api_key(n: int) -> tuple[APIKey, str]:
    row = APIKey(name=f"consumer_{n}")
    return row, f"Api-Key {APIKey.objects.assign_key(row)}"


def _simple_apikeys(users: list[int]) -> list[str]:
    # The key holds the primary key of its row, so the rows come first.
    insert(SimpleApiKey(name=f"consumer_{user}", entity_id=user) for user in users)
    used = SimpleApiKey.objects.filter(
        entity_id__in=secrets.SystemRandom().sample(users, min(USED, len(users)))
    )
    return [f"Api-Key {SimpleApiKey.objects.assign_api_key(row)}" for row in used]


def _inserted(rows: Iterator[tuple[Any, str]], count: int) -> list[str]:
    used = set(random.sample(range(count), min(USED, count)))
    headers: list[str] = []

    def instances() -> Iterator[Any]:
        for n, (row, header) in enumerate(rows):
            if n in used:
                headers.append(header)
            yield row

    insert(instances())
    return headers

"""The three doors with one handle each, so that one test can go through all of them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.urls import reverse

from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.core.validators import NAME_RULE
from tests.clients import consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory

FORM = "application/x-www-form-urlencoded"
TAKEN = "Another access key has this name. Choose a different one."


@dataclass(frozen=True)
class Answer:
    """What a door says to a name: accepted, or refused with these codes."""

    accepted: bool
    codes: tuple[str, ...] = ()


class Handle(ABC):
    """A door with somebody before it who may do everything there."""

    door: str

    @abstractmethod
    def generate(self, name: str) -> Answer: ...

    @abstractmethod
    def rename(self, access_key_id: UUID, name: str) -> Answer: ...


class Console(Handle):
    """The pages, without JavaScript."""

    door = "console"

    def __init__(self) -> None:
        self.client = signed_in(OperatorFactory(roles=["Operators"]))

    def generate(self, name: str) -> Answer:
        return self._answer(self._post(reverse("accesskeys:access_key_generate"), name))

    def rename(self, access_key_id: UUID, name: str) -> Answer:
        return self._answer(self._post(reverse("accesskeys:access_key_details", args=[access_key_id]), name))

    def _post(self, url: str, name: str) -> Any:
        # Encoded here, so that the bytes are the ones that a browser would send.
        return self.client.post(url, urlencode({"name": name}), content_type=FORM)

    @staticmethod
    def _answer(response: Any) -> Answer:
        if response.status_code == 302:
            return Answer(accepted=True)
        assert response.status_code == 200
        errors = response.context["form"].errors.as_data()
        assert set(errors) == {"name"}
        return Answer(accepted=False, codes=tuple(error.code for error in errors["name"]))


class Api(Handle):
    """The REST API, with a key that holds every built-in scope."""

    door = "api"

    def __init__(self) -> None:
        self.client = consumer(AccessKeyFactory(name="caller", scopes=[READ, WRITE, REVEAL]))

    def generate(self, name: str) -> Answer:
        return self._answer(self._send("post", reverse("api:access_key_list"), name), 201)

    def rename(self, access_key_id: UUID, name: str) -> Answer:
        url = reverse("api:access_key_details", args=[access_key_id])
        return self._answer(self._send("patch", url, name), 200)

    def _send(self, method: str, url: str, name: str) -> HttpResponse:
        body = json.dumps({"name": name})
        response: HttpResponse = getattr(self.client, method)(url, body, content_type="application/json")
        return response

    @staticmethod
    def _answer(response: HttpResponse, accepted: int) -> Answer:
        if response.status_code == accepted:
            return Answer(accepted=True)
        assert response.status_code == 400
        answer = json.loads(response.content)
        assert answer["type"] == "validation_error"
        assert {error["attr"] for error in answer["errors"]} == {"name"}
        return Answer(accepted=False, codes=tuple(error["code"] for error in answer["errors"]))


class Command(Handle):
    """``manage.py``, which says sentences: each stands for the code that the other doors give with it."""

    door = "command"
    sentences = {str(NAME_RULE): "invalid", TAKEN: "unique"}

    def generate(self, name: str) -> Answer:
        return self._call("generate_access_key", name)

    def rename(self, access_key_id: UUID, name: str) -> Answer:
        return self._call("rename_access_key", str(access_key_id), name)

    def _call(self, *arguments: str) -> Answer:
        try:
            call_command(*arguments, stdout=StringIO())
        except CommandError as refusal:
            assert refusal.returncode == 1
            return Answer(accepted=False, codes=(self.sentences[str(refusal)],))
        return Answer(accepted=True)


HANDLES: tuple[type[Handle], ...] = (Console, Api, Command)

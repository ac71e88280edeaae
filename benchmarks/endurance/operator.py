"""An operator who signs in, looks at pages, exports, and signs out."""

from __future__ import annotations

import random
import re
from urllib.parse import urlencode

from benchmarks.circumstances import EXPORT, SIGN_IN
from benchmarks.endurance.asking import Answer, Client
from benchmarks.endurance.ledger import Fault
from benchmarks.endurance.programs import Run

FORM = "application/x-www-form-urlencoded"
LIST = "/settings/access-keys/"
AUDIT_LOG = "/settings/audit-log/"
SIGN_OUT = "/accounts/logout/"


class Operator:
    """One session after the other."""

    def __init__(self, run: Run, dice: random.Random) -> None:
        self._run, self._dice, self._ledger = run, dice, run.ledger
        self._client = Client(run.port)
        self._cookies: dict[str, str] = {}

    def work(self) -> None:
        """Until it is over."""
        while not self._run.over.wait(0.5):
            if not self._sign_in():
                continue
            for _ in range(10):
                if self._run.over.wait(0.3) or not self._look():
                    break
            self._post("sign out", SIGN_OUT)
            self._cookies.clear()

    def _look(self) -> bool:
        """At one page; whether it was one."""
        standing = self._dice.choice(self._run.people["standing"])
        what, path, has = self._dice.choice(
            [
                ("page: list", LIST, "_"),
                ("page: search", f"{LIST}?search={standing[1]}", standing[0]),
                ("page: details", f"{LIST}{standing[0]}/", standing[1]),
                ("page: audit log", AUDIT_LOG, "life_"),
                ("export", EXPORT, standing[0]),
                ("export", f"{AUDIT_LOG}export/", standing[1]),
            ]
        )
        answer = self._get(what, path)
        if answer.status == 200 and has.encode() not in answer.body:
            self._ledger.tell(Fault.WRONG, f"{what} lacks {has}")
        return answer.status == 200

    def _sign_in(self) -> bool:
        page = self._get("page: sign-in", SIGN_IN)
        if page.status != 200:
            return False
        return (
            self._post("sign in", SIGN_IN, login="operator", password=self._run.people["password"]).status
            == 302
        )

    def _get(self, what: str, path: str) -> Answer:
        return self._keep(what, self._client.ask("GET", path, self._headers()))

    def _post(self, what: str, path: str, **fields: str) -> Answer:
        form = urlencode({"csrfmiddlewaretoken": self._cookies.get("csrftoken", ""), **fields}).encode()
        headers = {**self._headers(), "Content-Type": FORM}
        return self._keep(what, self._client.ask("POST", path, headers, form))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _keep(self, what: str, answer: Answer) -> Answer:
        self._ledger.count(what, answer)
        for cookie in answer.cookies:
            if found := re.match(r"([\w-]+)=([^;]*)", cookie):
                self._cookies[found[1]] = found[2]
        return answer

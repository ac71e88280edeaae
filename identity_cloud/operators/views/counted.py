"""What the pages that count attempts share."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accesskeys.console.typed_keys import without_keys
from accesskeys.console.views.errors import unavailable
from accesskeys.core import once
from accesskeys.core.exceptions import Busy
from accesskeys.http import RETRY_AFTER_SECONDS, prefers_json
from identity_cloud.operators.hashing import TURNS

logger = logging.getLogger("identity_cloud.operators")


class CountedMixin:
    """A form whose attempts are counted. Where they cannot be, none is made: a limit that nobody counts is none.

    Nor is one where too many passwords are being checked. What was not tried does not count.
    """

    request: HttpRequest
    is_stale = False  # Its form was sent by a page from before the last sign-in; see ``csrf_failure``.
    is_hashed: ClassVar[bool] = True  # Whether an attempt takes the hash of a password.
    is_signed_in: ClassVar[bool]  # Who sends this form.
    not_counted: ClassVar[str | Promise]
    kept: ClassVar[tuple[str, ...]] = ()  # What is still in the fields then. Never a password.

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_stale:
            return self.again()
        try:
            is_attempt = request.method == "POST" and request.user.is_authenticated == self.is_signed_in
            if is_attempt and self.is_hashed:
                TURNS.check()  # Before the attempt is counted.
            response: HttpResponseBase = self.refused() or super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except (RedisError, OSError) as error:  # From the cache: a Redis, or files.
            if once.a_minute("attempts", error):
                logger.error("Attempts cannot be counted: %s", error)
            return self.unavailable(str(self.not_counted))
        except Busy as busy:
            return self.unavailable(str(busy))
        return response

    def refused(self) -> HttpResponseBase | None:
        """What whoever has sent this form too often hears, before anything is tried."""
        return None

    def unavailable(self, sentence: str) -> HttpResponseBase:
        """503: the form once more, with the name of what could not be done."""
        if prefers_json(self.request):
            return unavailable(self.request, sentence)
        response = self.untried(sentence, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    def again(self) -> HttpResponseBase:
        """The form once more, with a fresh token. Nothing was tried."""
        return self.untried(
            _("This form was out of date, so nothing was done. Fill it in and send it again.")
        )

    def untried(self, sentence: str, *, status: int = HTTPStatus.OK) -> HttpResponseBase:
        """The page as at first, except for what is kept and the sentence."""
        view: Any = self
        typed = without_keys(self.request.POST)
        wanted = view.get_form_kwargs() | {"initial": {name: typed.get(name) for name in self.kept}}
        form = view.get_form_class()(
            **{name: wanted[name] for name in wanted if name not in {"data", "files"}}
        )
        response: HttpResponseBase = view.render_to_response(
            view.get_context_data(form=form, problem=sentence), status=status
        )
        return response

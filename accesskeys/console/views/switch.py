"""The buttons of the details page that switch an access key off and on again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys import operations
from accesskeys.console.verbatim import naming
from accesskeys.console.views.base import PostedPage
from accesskeys.core.exceptions import NotFound
from accesskeys.http import redirect
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation


class AccessKeySwitchPage(PostedPage):
    """A button of the details page that suspends or resumes."""

    switch: ClassVar[Callable[..., AccessKey]]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            access_key = type(self).switch(access_key_id=pk, actor=self.actor)
        except NotFound:
            return self.tell_it_is_gone()
        messages.success(request, naming(self.sentence(access_key), access_key.name))
        return redirect(request, self.details_url)

    @abstractmethod
    def sentence(self, access_key: AccessKey) -> str:
        """What it means for programs, with ``%(name)s`` in it."""


class AccessKeySuspendPage(AccessKeySwitchPage):
    operation = Operation.SUSPEND
    switch = operations.suspend

    def sentence(self, access_key: AccessKey) -> str:
        return _("Access key %(name)s is suspended. Programs that use it are refused until you resume it.")


class AccessKeyResumePage(AccessKeySwitchPage):
    operation = Operation.RESUME
    switch = operations.resume

    def sentence(self, access_key: AccessKey) -> str:
        if access_key.is_expired:
            return _("Access key %(name)s is resumed. It has expired, so its key is still refused.")
        return _("Access key %(name)s is resumed. Its key is accepted again.")

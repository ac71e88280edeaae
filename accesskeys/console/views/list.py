"""The list of access keys."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from accesskeys.console import cookies, worklist
from accesskeys.console.filters import AccessKeyFilter
from accesskeys.console.views.base import ConsolePage
from accesskeys.console.views.columns import columns
from accesskeys.console.views.many import tell_what_is_half_done
from accesskeys.http import htmx
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.operations.change_many import FOR_MANY
from accesskeys.operations.policy import Operation

PAGE_SIZE_COOKIE = "page_size"
PAGE_SIZE_COOKIE_SECONDS = 365 * 24 * 60 * 60


class AccessKeyListPage(ConsolePage):
    """All access keys, to browse, search and sort."""

    operation = Operation.LIST
    section = "access_keys"
    template_name = "console/access_keys/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        remembered = {PAGE_SIZE_COOKIE: cookies.recall(request, PAGE_SIZE_COOKIE)}
        chosen = AccessKeyFilter({**remembered, **request.GET.dict()})
        every = AccessKey.objects.with_rotation()
        page = chosen.page_of(every, chosen.rows_per_page)
        if not htmx(request):
            tell_what_is_half_done(request, self.actor)
        response = self.page(
            filter=chosen,
            page=page,
            columns=columns(chosen.order),
            picks=any(policy.may(self.actor, each) for each in FOR_MANY),
            # Who searches stays on the page, which has it.
            worklist=() if htmx(request) else worklist.items(),
            is_empty=not (page or chosen.is_narrowed),
            finding_nothing=() if page else chosen.finding_nothing(every),
        )
        if PAGE_SIZE_COOKIE in request.GET:
            size = str(chosen.rows_per_page)
            cookies.remember(request, response, PAGE_SIZE_COOKIE, size, seconds=PAGE_SIZE_COOKIE_SECONDS)
        return response

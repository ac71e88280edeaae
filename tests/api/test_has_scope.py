"""``HasScope``, in views of other projects."""

from __future__ import annotations

from typing import Any

import pytest

from accesskeys.api.permissions import HasScope
from accesskeys.core.scopes import READ
from accesskeys.models import AccessKey
from tests.api.helpers import (
    REALM,
    insufficient,
)
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestHasScope:
    """The permission class for views of other projects."""

    def test_names_the_scope_that_is_missing(self) -> None:
        from rest_framework.response import Response
        from rest_framework.test import APIRequestFactory
        from rest_framework.views import APIView

        class Orders(APIView):
            permission_classes = [HasScope("orders:read")]

            def get(self, request: Any) -> Response:
                return Response({"by": request.user.pk})

        def get(access_key: AccessKey | None) -> Any:
            headers = {"Authorization": f"Bearer {key_of(access_key)}"} if access_key else {}
            return Orders.as_view()(APIRequestFactory().get("/orders/", headers=headers))

        good = AccessKeyFactory(scopes=["orders:read"])
        assert (get(good).status_code, get(good).data) == (200, {"by": str(good.pk)})
        refused = get(AccessKeyFactory(scopes=[READ]))
        assert (refused.status_code, refused["WWW-Authenticate"]) == (403, insufficient("orders:read"))
        assert (get(None).status_code, get(None)["WWW-Authenticate"]) == (401, REALM)

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accesskeys.api.actors import calling_access_key
from accesskeys.api.authentication import AccessKeyAuthentication
from accesskeys.api.permissions import HasScope


class OrdersView(APIView):
    authentication_classes = [AccessKeyAuthentication]
    permission_classes = [HasScope("orders:read")]

    def get(self, request: Request) -> Response:
        access_key = calling_access_key(request)
        return Response({"id": access_key.pk, "name": access_key.name, "scopes": access_key.scopes})

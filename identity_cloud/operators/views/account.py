"""Your account: how one signs in, and how the console looks."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from identity_cloud.operators.factors import passkeys, recovery_codes, totp
from identity_cloud.operators.factors.condition import is_usable
from identity_cloud.operators.standing import has_first_step
from identity_cloud.operators.views.own import OwnPage


class AccountPage(OwnPage):
    """All of it at a glance."""

    template_name = "account/account.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        factors = list(Authenticator.objects.filter(user_id=self.operator.pk).order_by("created_at", "pk"))
        by_kind = {factor.type: factor for factor in factors}
        codes = by_kind.get(recovery_codes.KIND)
        broken = {factor.pk for factor in factors if not is_usable(factor)}
        return super().get_context_data(
            passkeys=[factor for factor in factors if factor.type == passkeys.KIND],
            app=by_kind.get(totp.KIND),
            codes=codes,
            codes_left=0 if codes is None or codes.pk in broken else recovery_codes.left(codes),
            broken=broken,
            codes_in_all=recovery_codes.COUNT,
            has_first_step=has_first_step(cast(User, self.operator)),
            obstacle=passkeys.obstacle(self.request),
            **context,
        )

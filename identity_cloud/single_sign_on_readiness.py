"""Whether the identity provider of ``OIDC_ISSUER`` is the one that is meant: asked once at the start."""

from __future__ import annotations

import logging

from django.core.exceptions import ImproperlyConfigured

from identity_cloud.operators.single_sign_on import discovery
from identity_cloud.operators.single_sign_on.conf import is_on
from identity_cloud.operators.single_sign_on.exceptions import ProviderAway

logger = logging.getLogger("identity_cloud.readiness")


def check_single_sign_on() -> None:
    """Raise ImproperlyConfigured where nobody will ever sign in. One that is away comes back, and keys work without."""
    if not is_on():
        return
    try:
        discovery.provider()
    except ProviderAway as away:
        if away.reason == discovery.CALLS_ITSELF_OTHERWISE:
            raise ImproperlyConfigured(
                "OIDC_ISSUER is not what the identity provider calls itself. Take “issuer” from its "
                ".well-known/openid-configuration, to the last slash."
            ) from None
        logger.warning(
            "The identity provider of OIDC_ISSUER cannot be used (%s). Until it can, nobody signs in there.",
            away.reason,
        )

"""What the settings say of single sign-on, typed."""

from __future__ import annotations

from typing import cast

from django.conf import settings

from identity_cloud.settings.single_sign_on import SingleSignOn


def is_on() -> bool:
    """Whether the settings name an identity provider. Where they do not, nothing of it is there."""
    return settings.SINGLE_SIGN_ON is not None


def named() -> SingleSignOn:
    """The identity provider that the settings name. Ask only where there is one."""
    return cast(SingleSignOn, settings.SINGLE_SIGN_ON)

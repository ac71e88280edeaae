from __future__ import annotations

from django.apps import AppConfig


class IdentityCloudConfig(AppConfig):
    name = "identity_cloud"

    def ready(self) -> None:
        from accesskeys.operations import housekeeping
        from identity_cloud.housekeeping import CHORES

        housekeeping.CHORES.extend(CHORES)

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class IdentityCloudConfig(AppConfig):
    name = "identity_cloud"

    def ready(self) -> None:
        from accesskeys.operations import housekeeping
        from identity_cloud.housekeeping import CHORES
        from identity_cloud.standbys import wait_for_no_standby

        connection_created.connect(wait_for_no_standby)
        housekeeping.CHORES.extend(CHORES)

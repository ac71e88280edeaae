from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_save


class OperatorsConfig(AppConfig):
    name = "identity_cloud.operators"

    def ready(self) -> None:
        from identity_cloud.operators import names, proof

        user_logged_in.connect(proof.begin)
        pre_save.connect(names.check_saved, sender="auth.User")
        post_migrate.connect(names.hold_in_database, sender=apps.get_app_config("auth"))

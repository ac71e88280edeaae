from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_save


class OperatorsConfig(AppConfig):
    name = "identity_cloud.operators"

    def ready(self) -> None:
        from allauth.account import signals

        from identity_cloud.operators import names, sign_in_log
        from identity_cloud.operators.proof import moment
        from identity_cloud.operators.single_sign_on import sessions

        user_logged_in.connect(moment.begin)
        signals.user_logged_in.connect(sign_in_log.signed_in)
        signals.user_logged_in.connect(sessions.note)
        signals.password_changed.connect(sign_in_log.password_changed)
        pre_save.connect(names.check_saved, sender="auth.User")
        post_migrate.connect(names.hold_in_database, sender=apps.get_app_config("auth"))

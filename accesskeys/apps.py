from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccessKeysConfig(AppConfig):
    name = "accesskeys"
    verbose_name = _("Access keys")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accesskeys.checks import check_master_keys
        from accesskeys.operations import allowance, begin_grace
        from accesskeys.operations.roles import create_roles
        from accesskeys.verification import last_use, rate_limits

        allowance.Counting.one_more = rate_limits.one_more
        last_use.FirstUses.write = lambda use: begin_grace(**use._asdict())
        allowance.Counting.bad_secret = rate_limits.count_bad_key
        register(check_master_keys)
        post_migrate.connect(create_roles, sender=self)

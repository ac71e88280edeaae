"""What is new to be done: in the audit log, and for the role that may do it."""

from __future__ import annotations

from django.contrib.auth.management import create_permissions
from django.db import migrations, models

NEW = ("rescope_accesskey", "extend_accesskey", "describe_accesskey", "rotate_accesskey", "hand_over_accesskey")


def let_operators(apps, schema_editor):
    """Give the role what it has in a new installation. Other groups are as administrators made them."""
    config = apps.get_app_config("accesskeys")
    config.models_module = config  # Of an app as it was, Django would create no permissions otherwise.
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    config.models_module = None
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias).filter(codename__in=NEW)
    for role in apps.get_model("auth", "Group").objects.using(alias).filter(name="Operators"):
        role.permissions.add(*permissions)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accesskeys", "0009_rotation"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            "accesskey",
            options={
                "default_permissions": ("view",),
                "permissions": (
                    ("generate_accesskey", "Can generate access keys"),
                    ("rename_accesskey", "Can rename access keys"),
                    ("reveal_accesskey", "Can show the key of access keys"),
                    ("suspend_accesskey", "Can suspend and resume access keys"),
                    ("limit_accesskey", "Can change the allowed networks and the rate limit of access keys"),
                    ("rescope_accesskey", "Can change the scopes of access keys"),
                    ("extend_accesskey", "Can change the expiry of access keys"),
                    (
                        "describe_accesskey",
                        "Can change the description, the owner and the labels of access keys",
                    ),
                    ("rotate_accesskey", "Can rotate access keys"),
                    ("hand_over_accesskey", "Can hand over the key of access keys"),
                    ("revoke_accesskey", "Can revoke access keys"),
                ),
                "verbose_name": "access key",
                "verbose_name_plural": "access keys",
            },
        ),
        migrations.AlterField(
            "auditevent",
            "action",
            models.CharField(
                choices=[
                    ("access_key.generated", "Generated"),
                    ("access_key.shown", "Shown"),
                    ("access_key.copied", "Copied"),
                    ("access_key.renamed", "Renamed"),
                    ("access_key.suspended", "Suspended"),
                    ("access_key.resumed", "Resumed"),
                    ("access_key.limited", "Limits changed"),
                    ("access_key.rescoped", "Scopes changed"),
                    ("access_key.extended", "Expiry changed"),
                    ("access_key.described", "Description changed"),
                    ("access_key.rotated", "Rotated"),
                    ("access_key.next_key_used", "Next key first used"),
                    ("access_key.rotation_completed", "Old key ended"),
                    ("access_key.rotation_cancelled", "Rotation cancelled"),
                    ("access_key.handed_over", "Handed over"),
                    ("access_key.hand_over_opened", "Hand-over opened"),
                    ("access_key.hand_over_taken_back", "Hand-over taken back"),
                    ("access_key.revoked", "Revoked"),
                    ("access_key.found", "Found by its key"),
                    ("access_key.checked", "Integrity checked"),
                    ("audit_log.trimmed", "Old entries deleted"),
                ],
                max_length=40,
                verbose_name="action",
            ),
        ),
        migrations.RunPython(let_operators, migrations.RunPython.noop, elidable=True),
    ]

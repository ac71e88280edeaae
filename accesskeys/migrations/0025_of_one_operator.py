"""What happened to one operator, in the order shown; and words for operators who are created and for changed details."""

from __future__ import annotations

from django.db import migrations, models

from accesskeys.models.migrating import AddIndex, RemoveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accesskeys", "0024_creation_alone")]

    operations = [
        AddIndex(
            "auditevent",
            models.Index(
                condition=models.Q(about_operator_id__isnull=False),
                fields=["about_operator_id", "-at", "-id"],
                name="audit_event_of_one_operator",
            ),
        ),
        RemoveIndex("auditevent", "audit_event_about_operator"),
        # The choices are not in the database, so this is no work for it.
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
                    ("access_key.described", "Details changed"),
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
                    ("operator.signed_in", "Signed in"),
                    ("operator.sign_in_refused", "Failed to sign in"),
                    ("operator.signed_out", "Signed out"),
                    ("operator.session_ended", "Session ended"),
                    ("operator.proved_again", "Proved again"),
                    ("operator.created", "Created"),
                    ("operator.invited", "Invited"),
                    ("operator.roles_changed", "Roles changed"),
                    ("operator.deactivated", "Deactivated"),
                    ("operator.activated", "Activated"),
                    ("operator.password_changed", "Password changed"),
                    ("operator.factor_added", "Second factor added"),
                    ("operator.factor_removed", "Second factor removed"),
                    ("operator.reset", "Reset"),
                ],
                max_length=40,
                verbose_name="action",
            ),
        ),
    ]

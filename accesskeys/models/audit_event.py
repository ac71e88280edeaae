from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from accesskeys.models.access_key import AccessKey


class Door(models.TextChoices):
    """The three ways to the same operations."""

    CONSOLE = "console", _("Console")
    API = "api", _("API")
    COMMAND = "command", _("Command")


class ActorKind(models.TextChoices):
    """What the actor is."""

    OPERATOR = "operator", _("Operator")
    ACCESS_KEY = "access_key", _("Access key")
    COMMAND = "command", _("Command")
    RECIPIENT = "recipient", _("Recipient")
    STRANGER = "stranger", _("Stranger")


class Action(models.TextChoices):
    """What was done, or asked for and refused."""

    GENERATED = "access_key.generated", _("Generated")
    SHOWN = "access_key.shown", _("Shown")
    COPIED = "access_key.copied", _("Copied")
    RENAMED = "access_key.renamed", _("Renamed")
    SUSPENDED = "access_key.suspended", _("Suspended")
    RESUMED = "access_key.resumed", _("Resumed")
    LIMITED = "access_key.limited", _("Limits changed")
    RESCOPED = "access_key.rescoped", _("Scopes changed")
    EXTENDED = "access_key.extended", _("Expiry changed")
    DESCRIBED = "access_key.described", _("Details changed")
    ROTATED = "access_key.rotated", _("Rotated")
    NEXT_KEY_USED = "access_key.next_key_used", _("Next key first used")
    ROTATION_COMPLETED = "access_key.rotation_completed", _("Old key ended")
    ROTATION_CANCELLED = "access_key.rotation_cancelled", _("Rotation cancelled")
    HANDED_OVER = "access_key.handed_over", _("Handed over")
    HAND_OVER_OPENED = "access_key.hand_over_opened", _("Hand-over opened")
    HAND_OVER_TAKEN_BACK = "access_key.hand_over_taken_back", _("Hand-over taken back")
    REVOKED = "access_key.revoked", _("Revoked")
    FOUND = "access_key.found", _("Found by its key")
    CHECKED = "access_key.checked", _("Integrity checked")
    TRIMMED = "audit_log.trimmed", _("Old entries deleted")
    SIGNED_IN = "operator.signed_in", _("Signed in")
    SIGN_IN_REFUSED = "operator.sign_in_refused", _("Failed to sign in")
    SIGNED_OUT = "operator.signed_out", _("Signed out")
    SESSION_ENDED = "operator.session_ended", _("Session ended")
    PROVED_AGAIN = "operator.proved_again", _("Proved again")
    CREATED = "operator.created", pgettext_lazy("operator", "Created")
    INVITED = "operator.invited", _("Invited")
    ROLES_CHANGED = "operator.roles_changed", _("Roles changed")
    DEACTIVATED = "operator.deactivated", _("Deactivated")
    ACTIVATED = "operator.activated", _("Activated")
    PASSWORD_CHANGED = "operator.password_changed", _("Password changed")
    FACTOR_ADDED = "operator.factor_added", _("Second factor added")
    FACTOR_REMOVED = "operator.factor_removed", _("Second factor removed")
    RESET = "operator.reset", _("Reset")


# How an action reads where nothing came of it: it was refused, or it failed.
TRIED: Mapping[str, Promise] = MappingProxyType(
    {
        Action.GENERATED: _("Tried to generate"),
        Action.SHOWN: _("Tried to show"),
        Action.COPIED: _("Tried to copy"),
        Action.RENAMED: _("Tried to rename"),
        Action.SUSPENDED: _("Tried to suspend"),
        Action.RESUMED: _("Tried to resume"),
        Action.LIMITED: _("Tried to change the limits"),
        Action.RESCOPED: _("Tried to change the scopes"),
        Action.EXTENDED: _("Tried to change the expiry"),
        Action.DESCRIBED: _("Tried to change the details"),
        Action.ROTATED: _("Tried to rotate"),
        Action.NEXT_KEY_USED: _("Next key used"),
        Action.ROTATION_COMPLETED: _("Tried to end the old key"),
        Action.ROTATION_CANCELLED: _("Tried to cancel the rotation"),
        Action.HANDED_OVER: _("Tried to hand over"),
        Action.HAND_OVER_OPENED: _("Tried to open a hand-over"),
        Action.HAND_OVER_TAKEN_BACK: _("Tried to take a hand-over back"),
        Action.REVOKED: _("Tried to revoke"),
        Action.FOUND: _("Tried to find by its key"),
        Action.CHECKED: _("Tried to check the integrity"),
        Action.TRIMMED: _("Tried to delete old entries"),
        Action.SIGNED_IN: _("Sign-in not completed"),
        Action.SIGN_IN_REFUSED: _("Tried to sign in"),
        Action.SIGNED_OUT: _("Tried to sign out"),
        Action.SESSION_ENDED: _("Tried to end a session"),
        Action.PROVED_AGAIN: _("Tried to prove again"),
        Action.CREATED: _("Tried to create"),
        Action.INVITED: _("Tried to invite"),
        Action.ROLES_CHANGED: _("Tried to change roles"),
        Action.DEACTIVATED: _("Tried to deactivate"),
        Action.ACTIVATED: _("Tried to activate"),
        Action.PASSWORD_CHANGED: _("Tried to change the password"),
        Action.FACTOR_ADDED: _("Tried to add a second factor"),
        Action.FACTOR_REMOVED: _("Tried to remove a second factor"),
        Action.RESET: _("Tried to reset"),
    }
)


# Actors without a name of their own, by what is stored of them, and so exported and searched for.
NAMELESS: Mapping[str, Promise] = MappingProxyType(
    {
        "holder of the link": _("holder of the link"),
        "somebody": _("somebody"),
        "identity provider": _("identity provider"),
    }
)


class Outcome(models.TextChoices):
    """How it ended."""

    SUCCEEDED = "succeeded", _("Succeeded")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


# Without a parameter, or SQLite would not see that an index holds those.
ABOUT_OPERATORS = models.Func(
    F("action"),
    template="SUBSTR(%(expressions)s, 1, 9) = 'operator.'",
    output_field=models.BooleanField(),
)
NEWEST_FIRST = (F("at").desc(), F("id").desc())


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """The words for reading the audit log."""

    def about(self, access_key_id: UUID) -> AuditEventQuerySet:
        """Everything that happened to one access key, revoked or not."""
        return self.filter(access_key_id=access_key_id)

    def that_suspended(self, access_key: AccessKey) -> AuditEvent | None:
        """The one since which an access key is suspended. To suspend it once more has changed nothing."""
        if access_key.suspended_at is None:
            return None
        suspensions = self.about(access_key.pk).filter(action=Action.SUSPENDED, outcome=Outcome.SUCCEEDED)
        return suspensions.filter(at__gte=access_key.suspended_at).order_by("at", "id").first()


class AuditEvent(models.Model):
    """One thing that somebody did or tried. Labels are copied, so it outlives its subject and its actor."""

    at = models.DateTimeField(_("time"), default=timezone.now)
    actor_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind)
    actor_label = models.CharField(_("actor"), max_length=150)
    actor_access_key_id = models.UUIDField(_("calling access key ID"), null=True)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        db_index=False,  # There is one below.
    )
    door = models.CharField(_("door"), max_length=7, choices=Door)
    address = models.GenericIPAddressField(_("address"), null=True)
    action = models.CharField(_("action"), max_length=40, choices=Action)
    access_key_id = models.UUIDField(_("access key ID"), null=True)
    access_key_name = models.CharField(_("access key name"), max_length=30, blank=True)
    about_operator_id = models.BigIntegerField(_("operator ID"), null=True)
    about_operator_name = models.CharField(_("operator"), max_length=150, blank=True, db_default="")
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    details = models.JSONField(_("details"), default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        default_permissions = ("view",)
        ordering = ("-at", "-id")
        # Each is in the order shown; what begins it is what ``event_search`` looks for (decision 0048).
        indexes = (
            models.Index(fields=["-at", "-id"], name="audit_event_newest_first"),
            models.Index(fields=["access_key_id", "-at", "-id"], name="audit_event_of_access_key"),
            models.Index(Upper("access_key_name"), *NEWEST_FIRST, name="audit_event_by_name"),
            models.Index(Upper("actor_label"), *NEWEST_FIRST, name="audit_event_by_actor"),
            models.Index(fields=["action", "-at", "-id"], name="audit_event_by_action"),
            models.Index(*NEWEST_FIRST, name="audit_event_of_operators", condition=models.Q(ABOUT_OPERATORS)),
            models.Index(
                fields=["operator", "-at", "-id"],
                name="audit_event_by_operator",
                condition=models.Q(operator__isnull=False),
            ),
            models.Index(
                fields=["about_operator_id", "-at", "-id"],
                name="audit_event_of_one_operator",
                condition=models.Q(about_operator_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.access_key_name}".rstrip()

    @property
    def headline(self) -> str:
        """What was done, or tried: “Revoked”, “Tried to revoke”."""
        done = self.get_action_display()
        return done if self.outcome == Outcome.SUCCEEDED else str(TRIED.get(self.action, done))

    @property
    def actor_in_words(self) -> str:
        """What the actor is called in the reader's language, where it has no name of its own; else empty."""
        is_nameless = self.actor_kind in {ActorKind.RECIPIENT, ActorKind.STRANGER}
        return str(NAMELESS.get(self.actor_label, "")) if is_nameless else ""

    @property
    def unwritten_until(self) -> Mapping[str, datetime]:
        """Of whom further refusals are not written down, and until when: ``actor``, ``address``."""
        return {
            whose: datetime.fromisoformat(end)
            for whose, end in self.details.get("unwritten_until", {}).items()
        }

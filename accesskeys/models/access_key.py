from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys import rates
from accesskeys.fields import NameField
from accesskeys.validators import validate_in_future, validate_networks, validate_rate, validate_scopes


class AccessKeyQuerySet(models.QuerySet["AccessKey"]):
    """The words for choosing access keys."""

    def described(self) -> Self:
        """Without digest and sealed key: all that a person or program is ever told about an access key."""
        return self.defer("digest", "sealed")

    def usable(self) -> Self:
        """Those that open doors now. ``AccessKey.is_usable`` says the same of one row."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), suspended_at=None)

    def suspended(self) -> Self:
        """Those that an operator has switched off for the time being."""
        return self.exclude(suspended_at=None)

    def expired(self) -> Self:
        """Those whose time has come."""
        return self.filter(expires_at__lte=timezone.now())

    def search(self, text: str) -> Self:
        """Those with this text in their name, in any case, or with this ID."""
        if "\0" in text:  # PostgreSQL refuses to be asked.
            return self.none()
        wanted = Q(name__icontains=text)
        with suppress(ValueError):
            wanted |= Q(pk=uuid.UUID(text))
        return self.filter(wanted)


class AccessKey(models.Model):
    """The named thing that an operator manages. It holds no key: only the digest and the sealed key.

    Never call a bare ``save()`` on a row that was read: if it has been revoked meanwhile, Django would insert it
    again. Change rows through ``services``.
    """

    id = models.UUIDField(_("access key ID"), primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), unique=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    digest_key_id = models.CharField(max_length=16, editable=False)
    sealed = models.BinaryField(max_length=128, editable=False)
    sealed_key_id = models.CharField(max_length=16, editable=False)
    scopes = models.JSONField(_("scopes"), default=list, blank=True, validators=[validate_scopes])
    created_at = models.DateTimeField(_("access key created"), default=timezone.now, editable=False)
    created_by = models.CharField(_("created by"), max_length=150, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, validators=[validate_in_future])
    suspended_at = models.DateTimeField(_("suspended"), null=True, editable=False)
    allowed_networks = models.JSONField(
        _("allowed networks"), default=list, blank=True, validators=[validate_networks]
    )
    rate_limit = models.CharField(
        _("rate limit"), max_length=rates.MAX_LENGTH, null=True, blank=True, validators=[validate_rate]
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        default_permissions = ("view",)
        permissions = (
            ("generate_accesskey", "Can generate access keys"),
            ("rename_accesskey", "Can rename access keys"),
            ("reveal_accesskey", "Can show the key of access keys"),
            ("suspend_accesskey", "Can suspend and resume access keys"),
            ("limit_accesskey", "Can change the allowed networks and the rate limit of access keys"),
            ("revoke_accesskey", "Can revoke access keys"),
        )
        constraints = (
            models.CheckConstraint(
                name="access_key_expires_after_creation",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
            ),
        )
        indexes = (
            models.Index(fields=["created_at", "id"], name="access_key_by_creation"),
            models.Index(fields=["last_used_at", "id"], name="access_key_by_last_use"),
            models.Index(fields=["expires_at", "id"], name="access_key_by_expiry"),
        )

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_usable(self) -> bool:
        """Usable while not suspended and now < expires_at; without an expiry, always."""
        return not self.is_suspended and not self.is_expired

    @property
    def is_suspended(self) -> bool:
        """Switched off by an operator for the time being."""
        return self.suspended_at is not None

    @property
    def is_expired(self) -> bool:
        """Its time has come."""
        return self.is_expired_at(timezone.now())

    def is_expired_at(self, moment: datetime) -> bool:
        """Whether its time has come by this moment. The moment of expiry itself is too late."""
        return self.expires_at is not None and moment >= self.expires_at

    def has_scope(self, scope: str) -> bool:
        """Whether the key carries this scope."""
        return scope in self.scopes

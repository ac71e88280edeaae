"""What the admin manages: operators and roles, which Django registers itself."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import admin

# django-allauth registers it; no operator has a mail address here.
admin.site.unregister(EmailAddress)

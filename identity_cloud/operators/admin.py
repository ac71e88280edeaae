"""What the admin manages: operators and roles. Django registers both; operators have a rule of their own."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.forms import ModelForm

from accesskeys.console.typed_keys import KeylessForm
from identity_cloud.operators import names

# django-allauth registers them; the console has pages of its own, and no operator has a mail address here.
admin.site.unregister((EmailAddress, Authenticator, UserSession))
admin.site.unregister((Group, User))


class NewOperatorForm(KeylessForm, AdminUserCreationForm):  # type: ignore[type-arg]
    """A name that no other operator is taken for, and a password."""

    def clean_username(self) -> Any:
        return _distinct(self)


class OperatorForm(KeylessForm, UserChangeForm):  # type: ignore[type-arg]
    """The same rule where an operator is renamed."""

    def clean_username(self) -> Any:
        return _distinct(self)


@admin.register(User)
class OperatorAdmin(UserAdmin):  # type: ignore[type-arg]
    add_form = NewOperatorForm
    form = OperatorForm


class RoleForm(KeylessForm, ModelForm):  # type: ignore[type-arg]
    """A name, and what its operators may do."""


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    form = RoleForm


def _distinct(form: Any) -> Any:
    name = form.cleaned_data["username"]
    names.check(name, pk=form.instance.pk)
    return name

"""An upgrade from the version before: operators, groups and passwords stay, and superusers get all roles."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from identity_cloud.operators.operations.administrators import administrators
from tests.factories import OperatorFactory
from tests.identity_cloud.operators.asking import roles

pytestmark = pytest.mark.django_db(transaction=True)

ALL_ROLES = {"Viewers", "Operators", "Auditors", "Administrators"}
PASSWORD = "correct horse battery"


def upgrade_from_before() -> None:
    """Back to the version before, in which nobody was an administrator but superusers, and forward again."""
    try:
        call_command("migrate", "operators", "zero", verbosity=0)
        call_command("migrate", "accesskeys", "0017", verbosity=0)
        Group.objects.filter(name="Administrators").delete()
        Permission.objects.filter(content_type__app_label="auth", content_type__model="user").delete()
    finally:
        call_command("migrate", verbosity=0)


def test_of_an_installation_in_use() -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    gone = User.objects.create_superuser("gone", is_active=False)
    bea = OperatorFactory(username="bea", password=PASSWORD, roles=["Viewers"])
    bea.groups.add(Group.objects.create(name="Night shift"))
    Group.objects.get(name="Viewers").permissions.clear()  # As somebody has made it.
    before = list(User.objects.order_by("pk").values())

    upgrade_from_before()

    assert list(User.objects.order_by("pk").values()) == before
    assert roles(root.pk) == roles(gone.pk) == ALL_ROLES
    assert roles(bea.pk) == {"Viewers", "Night shift"}
    assert User.objects.get(pk=bea.pk).check_password(PASSWORD)
    assert not Group.objects.get(name="Viewers").permissions.exists()
    assert list(administrators()) == [root]
    User.objects.filter(pk=root.pk).update(is_superuser=False)
    assert list(administrators()) == [root]


def test_of_a_fresh_installation() -> None:
    upgrade_from_before()
    assert set(Group.objects.values_list("name", flat=True)) >= ALL_ROLES
    assert not User.objects.exists()
    assert Group.objects.get(name="Administrators").permissions.filter(codename="change_user").exists()

"""What a row may hold, whoever writes it, and what its words mean."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.forms import modelform_factory
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from accesskeys import operations, verification
from accesskeys.core.validators import NAME_RULE
from accesskeys.models import AccessKey, AuditEvent, MasterKeyFingerprint, is_short
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import codes, holds_part_of, stored
from tests.strategies import ANY_TEXT, is_a_name

NameForm = modelform_factory(AccessKey, fields=["name"])


class TestName:
    """One field carries the rule; forms and ``full_clean()`` inherit it."""

    @given(ANY_TEXT)
    @example("")
    @example("a\n")
    @example("x" * 30)
    @example("x" * 31)
    @example("ａ")
    @example("аdmin")
    def test_full_clean_accepts_exactly_the_rule(self, name: str) -> None:
        try:
            AccessKey(name=name).clean_fields(
                exclude={"digest", "digest_key_id", "sealed", "sealed_key_id", "created_by"}
            )
        except ValidationError as refusal:
            assert codes(refusal) == {"name": ["invalid"]}
            assert refusal.messages == [NAME_RULE]
            assert not is_a_name(name)
        else:
            assert is_a_name(name)

    @pytest.mark.django_db
    @given(ANY_TEXT)
    @example("")
    @example(" a")
    @example("a\n")
    @example("a\x00b")
    def test_a_form_accepts_exactly_the_rule(self, name: str) -> None:
        form = NameForm({"name": name})
        assert form.is_valid() == is_a_name(name)
        if form.is_valid():
            assert form.cleaned_data["name"] == name
        else:
            assert form.errors.get_json_data() == {"name": [{"message": str(NAME_RULE), "code": "invalid"}]}

    @pytest.mark.django_db
    def test_a_form_without_a_name_does_not_call_it_none(self) -> None:
        """``None`` keeps the rule, so a missing field must not become these four letters."""
        assert NameForm({}).errors.get_json_data() == {
            "name": [{"message": str(NAME_RULE), "code": "invalid"}]
        }

    @pytest.mark.django_db
    def test_a_taken_name_has_a_code_and_a_sentence_of_its_own(self) -> None:
        AccessKeyFactory(name="billing")
        form = NameForm({"name": "billing"})
        assert form.errors.get_json_data() == {
            "name": [
                {"message": "Another access key has this name. Choose a different one.", "code": "unique"}
            ]
        }

    @pytest.mark.django_db
    def test_case_matters(self) -> None:
        AccessKeyFactory(name="billing")
        assert NameForm({"name": "Billing"}).is_valid()

    @pytest.mark.django_db
    def test_the_database_itself_keeps_names_apart(self) -> None:
        AccessKeyFactory(name="billing")
        other = AccessKeyFactory(name="shipping")
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessKey.objects.filter(pk=other.pk).update(name="billing")
        other.refresh_from_db()
        assert other.name == "shipping"


@pytest.mark.django_db
class TestRow:
    def test_no_two_rows_share_a_digest(self) -> None:
        one, other = AccessKeyFactory(), AccessKeyFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessKey.objects.filter(pk=other.pk).update(digest=one.digest)

    @pytest.mark.parametrize("age", [timedelta(0), timedelta(days=1)])
    def test_no_row_expires_before_it_was_made(self, age: timedelta) -> None:
        access_key = AccessKeyFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessKey.objects.filter(pk=access_key.pk).update(expires_at=access_key.created_at - age)

    def test_is_called_by_its_name(self) -> None:
        assert str(AccessKeyFactory(name="billing")) == "billing"

    def test_holds_no_part_of_the_key(self) -> None:
        """Neither an instance nor what is stored of it, sealed and digest included."""
        access_key = AccessKeyFactory()
        key, columns = key_of(access_key), stored(access_key.pk)
        assert len(columns) > 8
        for value in (*vars(access_key).values(), *columns.values()):
            assert not holds_part_of(
                key, bytes(value) if isinstance(value, memoryview | bytes) else str(value)
            )

    def test_has_the_scopes_it_was_given(self) -> None:
        access_key = AccessKeyFactory(scopes=["orders:read"])
        assert access_key.has_scope("orders:read")
        assert not access_key.has_scope("orders")
        assert not AccessKeyFactory().has_scope("orders:read")


@pytest.mark.django_db
class TestStaleInstance:
    """A row that is gone stays gone, whatever is done with an instance that was read before."""

    @pytest.fixture(params=["generated", "authenticated", "renamed", "described"])
    def stale(self, request: pytest.FixtureRequest, command: Actor) -> AccessKey:
        made = AccessKeyFactory()
        match request.param:
            case "generated":
                read = made
            case "authenticated":
                read = verification.authenticate(key_of(made))
            case "renamed":
                read = operations.rename(access_key_id=made.pk, name="renamed", actor=command)
            case _:
                read = AccessKey.objects.described().get(pk=made.pk)
        operations.revoke(access_key_id=made.pk, actor=command)
        return read

    def test_saving_it_brings_nothing_back(self, stale: AccessKey) -> None:
        with pytest.raises(DatabaseError, match="did not affect any rows"), transaction.atomic():
            stale.save()
        assert not AccessKey.objects.exists()

    def test_recording_its_use_brings_nothing_back(self, stale: AccessKey) -> None:
        verification.record_use(stale, timezone.now())
        assert not AccessKey.objects.exists()


@pytest.mark.django_db
class TestQuerySet:
    def test_described_never_loads_digest_or_sealed_key(self) -> None:
        AccessKeyFactory()
        (access_key,) = AccessKey.objects.described()
        assert access_key.get_deferred_fields() == {"digest", "sealed"}

    @pytest.mark.parametrize("text", ["ill", "BILL", "billing_1", "_", "b", "BI", "1", "_1"])
    def test_search_finds_part_of_the_name_in_any_case(self, text: str) -> None:
        wanted = AccessKeyFactory(name="Billing_1")
        AccessKeyFactory(name="shipping")
        assert list(AccessKey.objects.search(text)) == [wanted]

    @pytest.mark.parametrize("text", ["il", "g", "g_", "g_1", "__"])
    def test_search_finds_short_texts_only_where_words_begin(self, text: str) -> None:
        AccessKeyFactory(name="Billing_1")
        assert not AccessKey.objects.search(text).exists()

    def test_search_finds_the_id(self) -> None:
        wanted, _ = AccessKeyFactory(), AccessKeyFactory()
        assert list(AccessKey.objects.search(str(wanted.pk))) == [wanted]
        assert list(AccessKey.objects.search(wanted.pk.hex)) == [wanted]
        assert not AccessKey.objects.search(str(uuid4())).exists()

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
    def test_any_text_that_a_form_lets_through_can_be_searched_for(self, text: str) -> None:
        access_key = AccessKeyFactory()
        found = list(AccessKey.objects.search(text))
        if not is_short(text):
            assert (access_key in found) == (text.lower() in access_key.name and text != "")
        AccessKey.objects.all().delete()

    @pytest.mark.parametrize("text", ["%", "g%", ".*", "'", "\\", "billing\n", "\0", "bill\0"])
    def test_search_takes_its_text_literally(self, text: str) -> None:
        AccessKeyFactory(name="billing")
        assert not AccessKey.objects.search(text).exists()


@pytest.mark.django_db
class TestAuditEvent:
    def test_outlives_its_operator(self, command: Actor) -> None:
        operator = OperatorFactory(username="ada", roles=["Operators"])
        AccessKeyFactory(actor=proven(operator, address="192.0.2.7"))
        operator.delete()
        event = AuditEvent.objects.get()
        assert (event.operator, event.actor_label) == (None, "ada")

    def test_outlives_its_access_key(self, command: Actor) -> None:
        made, other = AccessKeyFactory(name="billing"), AccessKeyFactory()
        operations.revoke(access_key_id=made.pk, actor=command)
        events = AuditEvent.objects.about(made.pk)
        assert [(event.action, event.access_key_name) for event in events] == [
            ("access_key.revoked", "billing"),
            ("access_key.generated", "billing"),
        ]
        assert AuditEvent.objects.about(other.pk).count() == 1

    def test_comes_newest_first(self) -> None:
        first, second = AccessKeyFactory(), AccessKeyFactory()
        early = AccessKeyFactory(generated_at=timezone.now() - timedelta(days=1))
        events = list(AuditEvent.objects.values_list("access_key_id", flat=True))
        assert events == [second.pk, first.pk, early.pk]

    def test_is_called_by_what_happened(self) -> None:
        AccessKeyFactory(name="billing")
        assert str(AuditEvent.objects.get()) == "access_key.generated billing"
        assert str(AuditEvent(action="access_key.shown")) == "access_key.shown"


def test_a_fingerprint_is_called_by_its_master_key() -> None:
    assert str(MasterKeyFingerprint(key_id="k1")) == "k1"


@pytest.mark.django_db
def test_there_is_a_permission_for_each_operation_and_no_other() -> None:
    permissions = Permission.objects.filter(content_type__app_label="accesskeys")
    assert set(permissions.values_list("codename", flat=True)) == {
        "view_accesskey",
        "generate_accesskey",
        "rename_accesskey",
        "rescope_accesskey",
        "extend_accesskey",
        "describe_accesskey",
        "rotate_accesskey",
        "hand_over_accesskey",
        "reveal_accesskey",
        "suspend_accesskey",
        "limit_accesskey",
        "revoke_accesskey",
        "view_auditevent",
    }


def test_no_model_holds_a_key_in_a_column_of_its_own() -> None:
    """Neither ``key`` nor ``token`` nor ``secret``: a column that is not there cannot leak."""
    names = {
        field.name
        for model in apps.get_app_config("accesskeys").get_models()
        for field in model._meta.get_fields()
    }
    assert not names & {"key", "token", "secret", "plaintext", "prefix"}

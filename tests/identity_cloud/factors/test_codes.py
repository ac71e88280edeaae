"""Codes from an app and recovery codes: each is good once, for one operator, and only so often tried."""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from identity_cloud.operators import factors
from identity_cloud.operators.factors import recovery_codes, totp
from tests.factories import OperatorFactory
from tests.helpers import at_once
from tests.identity_cloud.factors.asking import SECRET, being_asked, code_at

NOW = 1_800_000_015  # In the middle of a step.

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return OperatorFactory()


def add_app(operator: User, *, used: int = 0) -> None:
    totp.add(operator, SECRET, used=used)


class TestCodesFromAnApp:
    @pytest.mark.parametrize(
        ("seconds", "good"), [(-60, False), (-30, True), (0, True), (14, True), (30, True), (60, False)]
    )
    def test_a_clock_may_be_off_by_one_step_either_way(
        self, operator: User, seconds: int, good: bool
    ) -> None:
        add_app(operator)
        with time_machine.travel(NOW, tick=False):
            assert bool(totp.use(operator, code_at(NOW + seconds))) is good

    def test_the_same_code_is_good_once(self, operator: User) -> None:
        add_app(operator)
        with time_machine.travel(NOW, tick=False):
            used = totp.use(operator, code_at(NOW))
            assert used is not None
            assert used.last_used_at is not None
            assert totp.use(operator, code_at(NOW)) is None

    def test_after_a_code_none_that_is_older(self, operator: User) -> None:
        add_app(operator)
        with time_machine.travel(NOW, tick=False):
            assert totp.use(operator, code_at(NOW + 30))
            assert totp.use(operator, code_at(NOW)) is None
        with time_machine.travel(NOW + 60, tick=False):
            assert totp.use(operator, code_at(NOW + 60))

    def test_the_code_that_proved_the_app_is_used(self, operator: User) -> None:
        add_app(operator, used=NOW // totp.STEP)
        with time_machine.travel(NOW, tick=False):
            assert totp.use(operator, code_at(NOW)) is None

    def test_nobody_has_the_code_of_an_app_that_was_never_set_up(self, operator: User) -> None:
        add_app(OperatorFactory())
        with time_machine.travel(NOW, tick=False):
            assert totp.use(operator, code_at(NOW)) is None

    @pytest.mark.skipif(not shutil.which("oathtool"), reason="oathtool is not installed")
    def test_other_programs_make_the_same_codes(self, operator: User) -> None:
        add_app(operator)
        made = subprocess.run(
            ["oathtool", "--totp", "--base32", "--now", f"@{NOW}", SECRET],
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        with time_machine.travel(NOW, tick=False):
            assert totp.use(operator, made)


class TestRecoveryCodes:
    def test_each_is_good_once(self, operator: User) -> None:
        _, codes = recovery_codes.renew(operator)
        with being_asked(operator):
            for number, code in enumerate(codes, start=1):
                used = factors.check_code(operator, code)
                assert used is not None
                assert used.last_used_at is not None
                assert recovery_codes.left(used) == recovery_codes.COUNT - number
                assert factors.check_code(operator, code) is None

    def test_new_ones_end_the_old_ones(self, operator: User) -> None:
        _, old = recovery_codes.renew(operator)
        renewed, new = recovery_codes.renew(operator)
        assert recovery_codes.left(renewed) == recovery_codes.COUNT
        assert Authenticator.objects.filter(user=operator).count() == 1
        with being_asked(operator):
            assert factors.check_code(operator, old[0]) is None
            assert factors.check_code(operator, new[0])

    def test_nobody_has_another_operators(self, operator: User) -> None:
        _, codes = recovery_codes.renew(OperatorFactory())
        assert recovery_codes.use(operator, codes[0].replace("-", "")) is None


class TestCheckCode:
    def test_spaces_hyphens_and_capitals_are_no_matter(self, operator: User) -> None:
        add_app(operator)
        _, codes = recovery_codes.renew(operator)
        with time_machine.travel(NOW, tick=False), being_asked(operator):
            code = code_at(NOW)
            found = factors.check_code(operator, f" {code[:3]} {code[3:]}\n")
            assert found is not None
            assert found.type == totp.KIND
            found = factors.check_code(operator, codes[0].replace("-", " ").upper())
            assert found is not None
            assert found.type == recovery_codes.KIND

    @pytest.mark.parametrize("typed", ["", "123", "١٢٣٤٥٦", "x" * 5000, "\0", "000000"])
    def test_what_is_no_code_is_none(self, operator: User, typed: str) -> None:
        add_app(operator)
        recovery_codes.renew(operator)
        with time_machine.travel(NOW, tick=False), being_asked(operator):
            assert factors.check_code(operator, typed) is None

    def test_too_many_wrong_ones_are_refused_and_so_is_the_right_one(self, operator: User) -> None:
        add_app(operator)
        with time_machine.travel(NOW, tick=False), being_asked(operator):
            for _ in range(5):
                assert factors.check_code(operator, "000000") is None
            with pytest.raises(ValidationError) as refusal:
                factors.check_code(operator, code_at(NOW))
        assert refusal.value.code == "too_many_login_attempts"

    def test_a_right_one_forgets_the_wrong_ones(self, operator: User) -> None:
        add_app(operator)
        with time_machine.travel(NOW, tick=False) as traveller, being_asked(operator):
            for _ in range(3):
                for _ in range(4):
                    assert factors.check_code(operator, "000000") is None
                assert factors.check_code(operator, code_at(time.time()))
                traveller.shift(30)

    def test_what_cannot_be_opened_is_said_and_written_down(
        self, operator: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        thief = OperatorFactory()
        add_app(operator)
        Authenticator.objects.update(user=thief)
        with (
            being_asked(thief),
            caplog.at_level(logging.ERROR),
            pytest.raises(ValidationError, match="ask an administrator"),
        ):
            factors.check_code(thief, "000000")
        assert f"A second factor of operator {thief.pk} cannot be opened (sealed)." in caplog.text
        assert SECRET not in caplog.text


class TestWhatAnOperatorHas:
    def test_recovery_codes_alone_are_no_factor(self, operator: User) -> None:
        assert factors.kinds(operator) == frozenset()
        recovery_codes.renew(operator)
        assert factors.kinds(operator) == {recovery_codes.KIND}
        assert not factors.has_factor(operator)
        add_app(operator)
        assert factors.has_factor(operator)
        assert factors.kinds(operator) == {recovery_codes.KIND, totp.KIND}

    def test_an_app_under_way_is_forgotten_with_the_session(self, operator: User) -> None:
        request = RequestFactory().get("/")
        request.session = {}  # type: ignore[assignment]
        totp.begin(request, operator)
        assert not factors.has_factor(operator)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """In several threads, each with a connection of its own: one of them gets in."""

    def test_one_code_from_an_app(self) -> None:
        operator = OperatorFactory()
        add_app(operator)
        self.is_good_once(lambda: totp.use(operator, code_at(time.time())))

    def test_one_recovery_code(self) -> None:
        operator = OperatorFactory()
        _, codes = recovery_codes.renew(operator)
        self.is_good_once(lambda: recovery_codes.use(operator, codes[3].replace("-", "")))
        assert recovery_codes.left(Authenticator.objects.get(user=operator)) == recovery_codes.COUNT - 1

    def is_good_once(self, use: Callable[[], object]) -> None:
        results = at_once([use] * 4)
        assert [result for result in results if isinstance(result, BaseException)] == []
        assert len([result for result in results if result]) == 1

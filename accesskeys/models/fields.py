"""The model field that carries the name rule, so that forms, serializers and ``full_clean()`` inherit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accesskeys.core.validators import NAME_MAX_LENGTH, NAME_RULE, validate_name


class NameFormField(forms.CharField):
    """Takes the name as it was typed. An empty one meets the validator like any other wrong one."""

    empty_values: Sequence[Any] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "strip": False})
        self.validators = [validate_name]

    def to_python(self, value: Any) -> str:
        # With no empty values, Django would make the valid name "None" of a field that was not sent.
        return "" if value is None else str(value)


class NameField(models.CharField):  # type: ignore[type-arg]
    """An access key's name. One rule, one code: whatever is wrong with a name is ``invalid``.

    Django's own checks for blank, over-long and NUL-holding text would each bring a code of their own, and
    differ between forms, serializers and models; they are replaced by the one validator.
    """

    empty_values: Sequence[Any] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", NAME_MAX_LENGTH)
        kwargs.setdefault("help_text", NAME_RULE)
        kwargs.setdefault(
            "error_messages", {"unique": _("Another access key has this name. Choose a different one.")}
        )
        super().__init__(*args, **kwargs)

    @property
    def validators(self) -> list[Callable[[Any], None]]:
        return [validate_name]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NameFormField, **kwargs})

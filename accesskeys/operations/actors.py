"""Who does something, and through which door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from accesskeys.models import ActorKind, Door

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from accesskeys.models import AccessKey


@dataclass(frozen=True)
class Actor:
    """Who asks, as far as decisions and the audit log need to know."""

    kind: ActorKind
    door: Door
    label: str
    address: str | None = None
    operator: AbstractUser | None = field(default=None, repr=False)
    proved_at: datetime | None = None  # When an operator has last shown who it is.
    access_key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    # What confines a calling key, and so what it gives to others.
    allowed_networks: tuple[str, ...] = ()
    rate_limit: str | None = None
    expires_at: datetime | None = None

    @classmethod
    def for_operator(
        cls, operator: AbstractUser, *, address: str | None, proved_at: datetime | None = None
    ) -> Self:
        """A person signed in to the console."""
        name = operator.get_username()
        return cls(ActorKind.OPERATOR, Door.CONSOLE, name, address, operator=operator, proved_at=proved_at)

    @classmethod
    def for_access_key(cls, access_key: AccessKey, *, address: str | None) -> Self:
        """A program that calls the API with a key."""
        return cls(
            ActorKind.ACCESS_KEY,
            Door.API,
            access_key.name,
            address,
            access_key_id=access_key.pk,
            scopes=frozenset(access_key.scopes),
            allowed_networks=tuple(access_key.allowed_networks),
            rate_limit=access_key.rate_limit,
            expires_at=access_key.expires_at,
        )

    @classmethod
    def for_command(cls) -> Self:
        """An administrator at a shell: whoever may run ``manage.py`` may do everything."""
        return cls(ActorKind.COMMAND, Door.COMMAND, "manage.py")

    @classmethod
    def for_server(cls) -> Self:
        """The server itself, which keeps house as an administrator would."""
        return cls(ActorKind.COMMAND, Door.COMMAND, "server")

    @classmethod
    def for_recipient(cls, *, address: str | None) -> Self:
        """Whoever holds a link that shows a key. There is no account, so the address is all that is known."""
        return cls(ActorKind.RECIPIENT, Door.CONSOLE, "holder of the link", address)

    @classmethod
    def for_stranger(cls, *, address: str | None) -> Self:
        """Somebody who has not signed in yet. What was typed as a name may be anything, so it is no label."""
        return cls(ActorKind.STRANGER, Door.CONSOLE, "somebody", address)

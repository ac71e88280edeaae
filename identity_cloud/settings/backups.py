"""``BACKUP_RECIPIENTS``: whom backups are encrypted to."""

from __future__ import annotations

from identity_cloud.settings.environment import optional, wrong


def backup_recipients() -> list[str]:
    """Recipients of age, separated by commas."""
    texts = [text.strip() for text in optional("BACKUP_RECIPIENTS").split(",") if text.strip()]
    if texts:
        # Only who makes backups needs it.
        from identity_cloud.backups.recipients import recipients

        try:
            recipients(texts)
        except ValueError:
            raise wrong(
                "BACKUP_RECIPIENTS", "must be recipients of age separated by commas, such as age1…."
            ) from None
    return texts

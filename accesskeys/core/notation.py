from __future__ import annotations

MOST_SHOWN = 60  # characters


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the translators. Django's own asks for the settings, which may be read just now."""
    return sentence


class NotationError(ValueError):
    """Text that does not follow a notation. ``str()`` says so in English, settings being read before translations.

    Whoever tells a person translates ``sentence`` and fills in ``params``.
    """

    def __init__(self, sentence: str, *, text: str, **params: str) -> None:
        shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
        self.sentence, self.params = sentence, {"text": shown, **params}
        super().__init__(sentence % self.params)

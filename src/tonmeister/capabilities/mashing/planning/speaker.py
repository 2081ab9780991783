"""Who is asked where words are to be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.core.errors import MissingPartError
from tonmeister.engines.language import LanguageModel

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.planning.talk import Speaker
    from tonmeister.core.language import LanguageRules


def find_speaker(rules: LanguageRules) -> Speaker:
    """Return the language model of the settings.

    Raises
    ------
    MissingPartError
        If none is set up, or what speaks with it is not installed.
    """
    if not rules.is_on:
        raise MissingPartError(
            "No language model is set up: TONMEISTER_LANGUAGE_PROVIDER and TONMEISTER_LANGUAGE_MODEL name one.",
            remedy="Set both, and TONMEISTER_LANGUAGE_KEY where an account is needed.",
        )
    return LanguageModel(rules)

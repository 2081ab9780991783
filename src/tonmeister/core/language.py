"""Which language model may be asked, as the one who runs the program sets it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Provider = Literal["anthropic", "openai"]


@dataclass(frozen=True)
class LanguageRules:
    """How a language model is reached; none unless one is set up.

    Attributes
    ----------
    provider
        Whose protocol it speaks; servers of one's own (Ollama, llama.cpp, vLLM ...) speak OpenAI's.
    model
        Its name.
    base_url
        Where it is; None for the provider's own address.
    key
        The key of the account; None where a server of one's own asks for none.
    timeout_s
        How long one call may take.
    breaker
        File that remembers calls that failed, so that a service that is down is left alone for a while; None to
        remember them for one piece of work only.
    """

    provider: Provider | None = None
    model: str | None = None
    base_url: str | None = None
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    breaker: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether a language model is set up."""
        return self.provider is not None and self.model is not None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> LanguageRules:
        """Return the rules that were written as data."""
        return cls(**data)

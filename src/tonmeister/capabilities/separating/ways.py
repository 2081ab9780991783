"""The two ways of separating, under one face: the bundled network and a network of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from tonmeister.core.errors import ChoiceUnknownError, ParameterError
from tonmeister.engines.separation import SAMPLE_RATE, Doubt, separate_draft
from tonmeister.engines.separation_network import STEMS, load_draft_network

if TYPE_CHECKING:
    from tonmeister.capabilities.separating.params import SeparateParams
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

Tick = Callable[[], None]


class Way(Protocol):
    """How stems are found."""

    model: str
    sha256: str
    licence: str
    sample_rate: int
    doubt: Doubt | None
    """How sure the network was, if it tells."""
    warnings: tuple[str, ...]

    def needed(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        """Return what has to be found to make the stems asked for; the rest is what remains of the song."""
        ...

    def separate(
        self, blocks: Iterator[Samples], names: tuple[str, ...], tick: Tick, level: float
    ) -> Iterator[dict[str, Samples]]:
        """Yield those stems of a stereo song at `sample_rate` with an RMS of ``level``, piece by piece."""
        ...


class DraftWay:
    """The bundled network."""

    model = "tonmeister draft"
    licence = (
        "Apache-2.0: part of Tonmeister, trained on synthetic songs of its own;"
        " some of their instruments are samples of FluidR3 (MIT)."
    )
    sample_rate = SAMPLE_RATE
    warnings: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._network = load_draft_network()
        self.sha256 = self._network.sha256
        self.doubt: Doubt | None = Doubt()

    def needed(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        """Return the stems to synthesise."""
        found = {name for name in stems if name in ("drums", "bass", "vocals")}
        if "other" in stems:
            found |= {"drums", "bass", "vocals"}
        if "instrumental" in stems:
            found.add("vocals")
        if {"harmonic", "percussive"} & set(stems):
            found.add("percussive")
        return tuple(sorted(found))

    def separate(
        self,
        blocks: Iterator[Samples],
        names: tuple[str, ...],
        tick: Tick,
        level: float,  # noqa: ARG002
    ) -> Iterator[dict[str, Samples]]:
        """Separate; the network's cues are relative, so the level does not matter."""
        return separate_draft(blocks, self._network, wanted=names, doubt=self.doubt, tick=tick)


class ModelWay:
    """A network of one's own; its licence is shown before it runs."""

    doubt: Doubt | None = None

    def __init__(self, params: SeparateParams, ctx: Context) -> None:
        from tonmeister.engines.own_weights import check_weights
        from tonmeister.engines.separation_model import find_licence, load_model

        assert params.weights is not None
        assert params.weights_sha256 is not None
        path = ctx.fetch(params.weights)
        ctx.progress(0.0, "check the weights")
        self.sha256 = check_weights(path, params.weights_sha256)
        self.licence = find_licence(path, self.sha256)
        if not params.accept_weights_licence:
            raise ParameterError(
                f"The weights have a licence of their own. {self.licence}",
                field="accept_weights_licence", value=False,
                remedy="Read it; if your use is within it, set accept_weights_licence.",
            )  # fmt: skip
        ctx.progress(0.0, "load the weights")
        self._network = load_model(path, name=ctx.label(params.weights), n_workers=ctx.n_workers)
        self.model, self.sample_rate = self._network.name, self._network.sample_rate
        self.warnings: tuple[str, ...] = (f"Licence of the weights: {self.licence}",)

    def needed(self, stems: tuple[str, ...]) -> tuple[str, ...]:
        """Return the sources to take from the network; refuse what it does not know."""
        sources = self._network.sources
        wanted = {"vocals" if name == "instrumental" else name for name in stems}
        unknown = sorted(name for name in wanted if name not in sources)
        if unknown:
            raise ChoiceUnknownError(
                f"The network knows {', '.join(sources)}, not {', '.join(unknown)}.",
                field="stems", value=list(stems), bound=list(sources),
                remedy="Ask for what it knows; harmonic and percussive are of the draft tier.",
            )  # fmt: skip
        # All four tell how much of the song the network has lost.
        return tuple(sorted(wanted | (set(STEMS) & set(sources))))

    def separate(
        self,
        blocks: Iterator[Samples],
        names: tuple[str, ...],  # noqa: ARG002
        tick: Tick,
        level: float,
    ) -> Iterator[dict[str, Samples]]:
        """Separate: the network finds all of its sources at once."""
        from tonmeister.engines.separation_model import separate_model

        return separate_model(blocks, self._network, level=level, tick=tick)

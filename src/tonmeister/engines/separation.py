"""Separation of the draft tier: the bundled network, piece by piece through a song of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp import separation_cues as cells
from tonmeister.dsp import stft
from tonmeister.engines.separation_network import FRAMES_TOGETHER, POOL, REACH_FRAMES, STEMS, DraftNetwork

SAMPLE_RATE = cells.SAMPLE_RATE
PIECE_FRAMES = 960
"""How many frames are separated at a time, a multiple of `FRAMES_TOGETHER`: about 22 s."""
_CHUNK_FRAMES = 160

_LATE = (stft.OVERLAP - 1) * cells.HOP_SAMPLES
_HEARD_FRAMES = FRAMES_TOGETHER * -(-REACH_FRAMES // FRAMES_TOGETHER)
_MARGIN_FRAMES = FRAMES_TOGETHER * -(-(cells.REACH_FRAMES + REACH_FRAMES) // FRAMES_TOGETHER)

Tick = Callable[[], None]


@dataclass
class Doubt:
    """How sure the network was, gathered over a whole song; energies, one for each of `STEMS`."""

    wanted: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(STEMS)))
    """Energy that went to the stem."""
    uncertain: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(STEMS)))
    """Energy of cells that the stem shares with others: how far it may be wrong."""
    mid: float = 0.0
    side: float = 0.0
    rest: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    """The two energies of other and vocals taken as one stem."""

    def add(self, masks: NDArray[np.float32], power: NDArray[np.float32]) -> None:
        """Take in masks (2, stems, frames, bands) and the power of mid and side (2, frames, bands)."""
        weight = power[:, None].astype(np.float64)
        self.wanted += np.sum(weight * masks**2, axis=(0, 2, 3))
        self.uncertain += np.sum(weight * masks * (1 - masks), axis=(0, 2, 3))
        rest = masks[:, STEMS.index("other")] + masks[:, STEMS.index("vocals")]
        energy = weight[:, 0] * rest
        self.rest += np.array([np.sum(energy * rest), np.sum(energy * (1 - rest))])
        self.mid += float(power[0].sum(dtype=np.float64))
        self.side += float(power[1].sum(dtype=np.float64))

    def without_voice(self) -> Doubt:
        """Return how sure the network was where what went to the vocals is taken as part of other."""
        found = Doubt(self.wanted.copy(), self.uncertain.copy(), self.mid, self.side, self.rest.copy())
        found.wanted[STEMS.index("other")], found.uncertain[STEMS.index("other")] = self.rest
        found.wanted[STEMS.index("vocals")] = found.uncertain[STEMS.index("vocals")] = 0.0
        return found


def separate_draft(
    blocks: Iterable[NDArray[np.float32]],
    network: DraftNetwork,
    *,
    wanted: tuple[str, ...] = ("drums", "bass", "vocals"),
    doubt: Doubt | None = None,
    tick: Tick = lambda: None,
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Separate a song piece by piece; memory does not grow with its length.

    Parameters
    ----------
    blocks
        The song at `SAMPLE_RATE`, stereo: float32 of shape (2, samples) each, of any length.
    network
        As `load_draft_network` returns it.
    wanted
        Which of ``"drums"``, ``"bass"``, ``"other"``, ``"vocals"`` and ``"percussive"`` to give out.
    doubt
        Gathers how sure the network was.
    tick
        Called several times a piece; what it raises ends the work.

    Yields
    ------
    dict of ndarray
        Stem by name, (2, samples) each; the pieces join to the length of the song. The four stems of the network add
        up to the song.

    Raises
    ------
    ValueError
        If a block is not float32 stereo or a stem is unknown.
    """
    for name in wanted:
        if name not in (*STEMS, "percussive"):
            raise ValueError(f"wanted must be of {', '.join(STEMS)} and percussive, got {name!r}")
    tails: dict[str, NDArray[np.float32]] = {}
    n_given = n_total = 0
    for frames, piece, n_heard, is_last in _pieces(blocks):
        tick()
        spectra = _spectra(piece, tick)
        own = slice(frames[0], frames[1])
        masks = _masks(spectra, network, own, wanted, doubt, tick)
        given: dict[str, NDArray[np.float32]] = {}
        n_total = n_heard
        for name in wanted:
            sound = _sound(spectra[:, own], masks[name], tick)
            if name in tails:
                sound[:, :_LATE] += tails[name]
            tails[name] = sound[:, -_LATE:]
            given[name] = sound[:, :-_LATE]
        # The first frames lie before the song's beginning, the last reach beyond its end.
        first = _LATE if n_given == 0 else 0
        n_whole = next(iter(given.values())).shape[1]
        last = min(n_whole, n_total - n_given + _LATE) if is_last else n_whole
        n_given += n_whole
        yield {name: sound[:, first:last] for name, sound in given.items()}


def _pieces(
    blocks: Iterable[NDArray[np.float32]],
) -> Iterator[tuple[tuple[int, int], NDArray[np.float32], int, bool]]:
    """Yield the sound of `PIECE_FRAMES` frames with a margin on both sides.

    With it: which of the frames in it are its own, how many samples have been read, and whether it is the last.
    """
    hop, margin = cells.HOP_SAMPLES, _MARGIN_FRAMES
    # Frame 0 begins _LATE samples before the song: so every sample lies in four frames.
    held = np.zeros((2, _LATE + margin * hop), np.float32)
    n_read = 0
    length = (PIECE_FRAMES + 2 * margin) * hop + _LATE
    source = iter(blocks)
    parts: list[NDArray[np.float32]] = [held]
    n_held = held.shape[1]
    while True:
        block = next(source, None)
        if block is not None:
            if block.ndim != 2 or block.shape[0] != 2 or block.dtype != np.float32:
                raise ValueError(f"blocks must be float32 of shape (2, samples), got {block.dtype} {block.shape}")
            parts.append(block)
            n_held += block.shape[1]
            n_read += block.shape[1]
        while n_held >= length and block is not None:
            whole = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
            yield (margin, margin + PIECE_FRAMES), np.ascontiguousarray(whole[:, :length]), n_read, False
            parts = [whole[:, PIECE_FRAMES * hop :]]
            n_held = parts[0].shape[1]
        if block is None:
            break
    if n_read == 0:
        return
    whole = np.concatenate(parts, axis=1)
    n_left = whole.shape[1] - margin * hop  # from where the next piece's own first frame begins
    while True:
        n_frames = min(PIECE_FRAMES, -(-n_left // hop))
        is_last = n_frames * hop >= n_left
        n_even = n_frames + n_frames % POOL[0]
        n_needed = (n_even + 2 * margin) * hop + _LATE
        piece = np.zeros((2, n_needed), np.float32)
        n_there = min(n_needed, whole.shape[1])
        piece[:, :n_there] = whole[:, :n_there]
        yield (margin, margin + n_frames), piece, n_read, is_last
        if is_last:
            return
        whole = whole[:, PIECE_FRAMES * hop :]
        n_left -= PIECE_FRAMES * hop


def _spectra(piece: NDArray[np.float32], tick: Tick) -> stft.Spectra:
    """Return mid and side of a piece, (2, frames, bins), some frames at a time."""
    n_frames = (piece.shape[1] - cells.N_FFT) // cells.HOP_SAMPLES + 1
    spectra = np.empty((2, n_frames, cells.N_FFT // 2 + 1), np.complex64)
    for start in range(0, n_frames, _CHUNK_FRAMES):
        stop = min(start + _CHUNK_FRAMES, n_frames)
        part = piece[:, start * cells.HOP_SAMPLES : (stop - 1) * cells.HOP_SAMPLES + cells.N_FFT]
        spectra[:, start:stop] = cells.to_mid_side(stft.analyse(part, cells.N_FFT))
        tick()
    return spectra


def _sound(spectra: stft.Spectra, mask: NDArray[np.float32], tick: Tick) -> NDArray[np.float32]:
    """Return the sound of the cells times their mask, (2, samples), some frames at a time."""
    n_frames = spectra.shape[1]
    sound = np.zeros((2, n_frames * cells.HOP_SAMPLES + _LATE), np.float32)
    for start in range(0, n_frames, _CHUNK_FRAMES):
        part = slice(start, min(start + _CHUNK_FRAMES, n_frames))
        played = stft.synthesise(cells.to_left_right(spectra[:, part] * cells.spread(mask[:, part])), cells.N_FFT)
        sound[:, start * cells.HOP_SAMPLES :][:, : played.shape[1]] += played
        tick()
    return sound


def _masks(
    spectra: stft.Spectra,
    network: DraftNetwork,
    own: slice,
    wanted: tuple[str, ...],
    doubt: Doubt | None,
    tick: Tick,
) -> dict[str, NDArray[np.float32]]:
    """Return each stem's share of mid and side, (2, frames, bands), in the piece's own frames."""
    found: dict[str, NDArray[np.float32]] = {}
    if "percussive" in wanted:
        found["percussive"] = np.broadcast_to(
            cells.percussive_share(spectra)[own], (2, own.stop - own.start, cells.N_BANDS)
        )
    if doubt is not None or any(name in STEMS for name in wanted):
        # Only the cues look as far as the margin reaches.
        first, last = own.start - _HEARD_FRAMES, own.stop + own.stop % POOL[0] + _HEARD_FRAMES
        told = cells.cues(spectra, tick)[:, first:last]
        shares = network.masks(told, tick)[:, :, _HEARD_FRAMES : _HEARD_FRAMES + own.stop - own.start]
        found |= {name: shares[:, number] for number, name in enumerate(STEMS)}
        if doubt is not None:
            part = spectra[:, own]
            doubt.add(shares, cells.pool(part.real**2 + part.imag**2))
    tick()
    return found

"""How well a voice goes with an accompaniment: harmony, dissonance, rhythm, balance, voices in each other's way, tempo.

All arrays lie on one grid of beats: phrase ``l`` of the lead over phrase ``q`` of the backing, beat over beat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

N_CLASSES = 12
KEY_MATTERS = 0.01
"""Discord that varies from key to key by less than this is not worth a word."""
TIV_WEIGHTS = np.array([3.0, 8.0, 11.5, 15.0, 14.5, 7.5])
"""Weights of the six Fourier coefficients of the tonal interval space."""
FREE_RATIO, AUDIBLE_RATIO, LARGEST_RATIO = 1.05, 1.12, 1.20
"""Up to the first a change of tempo costs nothing, at the second it costs 1, beyond the third it is not made."""
WEIGHTS = {
    "harmony": 0.25,
    "consonance": 0.25,
    "rhythm": 0.15,
    "balance": 0.15,
    "voice_room": 0.10,
    "tempo": 0.10,
}
"""Of what a score is made; the parts run from 0 to 1."""


def tonal_intervals(classes: NDArray[np.floating]) -> NDArray[np.complex128]:
    """Return tonal interval vectors of pitch classes.

    Parameters
    ----------
    classes
        Strength of the twelve pitch classes, shape (..., 12), not negative.

    Returns
    -------
    ndarray
        complex128, shape (..., 6); zeros where nothing sounds. Moving the pitch up by ``s`` semitones multiplies
        coefficient ``k`` (from 1) by ``exp(-2j pi k s / 12)``.

    Source
    ------
    G. Bernardes, D. Cocharro, M. Caetano, C. Guedes, M. Davies, "A multi-level tonal interval space for modelling pitch
    relatedness and musical consonance", JNMR 45(4), 2016; the weights as several copies of TIV.lib have them.
    """
    total = classes.sum(axis=-1, keepdims=True)
    share = np.divide(classes, total, out=np.zeros_like(classes, np.float64), where=total > 0)
    return np.asarray(np.fft.fft(share, axis=-1)[..., 1:7] * TIV_WEIGHTS)


def measure_harmony(
    lead: NDArray[np.floating], backing: NDArray[np.floating], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Measure how alike the pitch classes of lead and backing move, in every key.

    Parameters
    ----------
    lead, backing
        Strength of the pitch classes on each beat, shapes (L, beats, 12) and (B, beats, 12).
    weights
        How much each beat of the lead counts, shape (L, beats).

    Returns
    -------
    ndarray
        Shape (12, L, B): Pearson correlation over pitch classes and beats, each beat a unit vector, with the lead moved
        up by 0 to 11 semitones; 0 where one of them is silent.
    """
    weight = np.asarray(weights, np.float64)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12) / N_CLASSES
    root = np.sqrt(weight)[..., np.newaxis]
    front = _even(lead)
    back = _even(backing)
    mean = (front * weight[..., np.newaxis]).sum(axis=(1, 2))
    spread = np.sqrt(np.maximum((np.square(front) * weight[..., np.newaxis]).sum(axis=(1, 2)) - mean**2, 0))
    n_lead, n_back = len(front), len(back)
    weighted = (root**2 * front).reshape(n_lead, -1)
    back_flat = back.reshape(n_back, -1)
    each = np.repeat(weight, N_CLASSES, axis=1)
    back_mean = each @ back_flat.T
    back_spread = np.sqrt(np.maximum(each @ np.square(back_flat).T - back_mean**2, 0))
    found = np.zeros((N_CLASSES, n_lead, n_back))
    for shift in range(N_CLASSES):
        moved = np.roll(weighted.reshape(front.shape), shift, axis=2).reshape(n_lead, -1)
        shared = moved @ back_flat.T - mean[:, np.newaxis] * back_mean
        both = spread[:, np.newaxis] * back_spread
        found[shift] = np.divide(shared, both, out=np.zeros_like(shared), where=both > 1e-9)
    return found


def _even(classes: NDArray[np.floating]) -> Floats:
    """Bring each beat to the same length, so that loud beats do not decide alone."""
    level = np.asarray(classes, np.float64)
    length = np.linalg.norm(level, axis=2, keepdims=True)
    return np.asarray(np.divide(level, length, out=np.zeros_like(level), where=length > 1e-9))


def measure_dissonance(
    lead: NDArray[np.complexfloating],
    backing: NDArray[np.complexfloating],
    lead_energy: NDArray[np.floating],
    backing_energy: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Measure how dissonant lead and backing are together, in every key.

    Parameters
    ----------
    lead, backing
        Tonal interval vectors of each beat (`tonal_intervals`), shapes (L, beats, 6) and (B, beats, 6).
    lead_energy, backing_energy
        How strong each is on each beat, shapes (L, beats) and (B, beats).

    Returns
    -------
    ndarray
        Shape (12, L, B), from 0 to 1: one less the length of the energy-weighted sum of both vectors beside the longest
        one that there can be, mean over the beats as the lead's energy weights them; the lead is moved up by 0 to 11
        semitones.
    """
    longest = float(np.linalg.norm(TIV_WEIGHTS))
    steps = np.exp(-2j * np.pi * np.arange(1, 7) * np.arange(N_CLASSES)[:, np.newaxis] / 12)
    # Beats come first: then one product of matrices does all beats of a key.
    front = np.ascontiguousarray((lead * lead_energy[..., np.newaxis]).swapaxes(0, 1))
    back = np.ascontiguousarray((backing * backing_energy[..., np.newaxis]).swapaxes(0, 1))
    # |a e + b|^2 = |a|^2 + |b|^2 + 2 Re(e a conj(b)): the first two are the same in every key
    own = np.sum(np.abs(front) ** 2, axis=2)[:, :, np.newaxis] + np.sum(np.abs(back) ** 2, axis=2)[:, np.newaxis]
    energy = lead_energy.T[:, :, np.newaxis] + backing_energy.T[:, np.newaxis]
    weight = lead_energy / np.maximum(lead_energy.sum(axis=1, keepdims=True), 1e-12)
    share = weight.T[:, :, np.newaxis] / np.maximum(energy, 1e-12) / longest
    # the real part of a product of complex numbers is one of real ones, twice as long
    sides = np.ascontiguousarray(np.concatenate([back.real, back.imag], axis=2).swapaxes(1, 2))
    found = np.ones((N_CLASSES, len(lead), len(backing)))
    for shift in range(N_CLASSES):
        turned = 2 * front * steps[shift]
        both = np.concatenate([turned.real, turned.imag], axis=2) @ sides
        both += own
        length = np.sqrt(np.maximum(both, 0, out=both), out=both)
        found[shift] -= np.einsum("klb,klb->lb", length, share)
    return np.asarray(np.clip(found, 0, 1))


def measure_clashes(lead: NDArray[np.floating], backing: NDArray[np.floating]) -> NDArray[np.float64]:
    """Measure how much of lead and backing lies a semitone apart, in every key.

    Parameters
    ----------
    lead, backing
        Strength of the pitch classes on each beat, shapes (L, beats, 12) and (B, beats, 12), not negative.

    Returns
    -------
    ndarray
        Shape (12, L, B), from 0 to 1: the chance that a tone of the lead and one of the backing, drawn from the whole
        phrase by their strength, are neighbours; 1/6 for any two phrases in all keys together. The lead is moved up by
        0 to 11 semitones; 0 where one of them is silent.
    """
    front, back = _palette(lead), _palette(backing)
    beside = np.roll(back, 1, axis=1) + np.roll(back, -1, axis=1)
    return np.stack([np.roll(front, shift, axis=1) @ beside.T for shift in range(N_CLASSES)])


def beside_other_keys(discord: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how much less discord there is in each key than in the others.

    Songs differ in how dissonant they are by themselves; what a move in pitch gives is told by the twelve keys alone.

    Parameters
    ----------
    discord
        Shape (12, ...): a measure of what does not go together, by the lead's move.

    Returns
    -------
    ndarray
        The same shape, from 0 to 1: 0.5 where discord is that of the mean key, 1 where it is two standard deviations
        less; near 0.5 throughout where the key makes no difference.
    """
    away = discord - discord.mean(axis=0, keepdims=True)
    spread = discord.std(axis=0, keepdims=True) + KEY_MATTERS
    return np.asarray(np.clip(0.5 - away / spread / 4, 0, 1))


def _palette(classes: NDArray[np.floating]) -> Floats:
    """Return the share of each pitch class in each phrase, whose beats count alike."""
    level = np.asarray(classes, np.float64)
    total = level.sum(axis=2, keepdims=True)
    even = np.divide(level, total, out=np.zeros_like(level), where=total > 1e-12).sum(axis=1)
    whole = even.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(even, whole, out=np.zeros_like(even), where=whole > 0))


def measure_rhythm(lead: NDArray[np.floating], backing: NDArray[np.floating]) -> NDArray[np.float64]:
    """Measure how alike strokes fall in the bars: cosine of templates, shapes (L, ...) and (B, ...) to (L, B)."""
    front, back = (np.asarray(x, np.float64).reshape(len(x), -1) for x in (lead, backing))
    front = front / np.maximum(np.linalg.norm(front, axis=1, keepdims=True), 1e-12)
    back = back / np.maximum(np.linalg.norm(back, axis=1, keepdims=True), 1e-12)
    return np.asarray(front @ back.T)


def measure_balance(lead: NDArray[np.floating], backing: NDArray[np.floating]) -> NDArray[np.float64]:
    """Measure how evenly both together fill bands of the spectrum.

    Parameters
    ----------
    lead, backing
        Loudness in three bands, shapes (L, 3) and (B, 3).

    Returns
    -------
    ndarray
        Shape (L, B): 1 where all bands have the same share, 0 where all is in one.

    Source
    ------
    M. Davies, P. Hamel, K. Yoshii, M. Goto, "AutoMashUpper", IEEE/ACM TASLP 22(12), 2014: one less the spread of the
    bands' shares; scaled to fill 0 to 1.
    """
    both = np.asarray(lead, np.float64)[:, np.newaxis] + np.asarray(backing, np.float64)[np.newaxis]
    share = both / np.maximum(both.sum(axis=2, keepdims=True), 1e-12)
    return np.asarray(np.clip(1 - share.std(axis=2) * 3 / math.sqrt(2), 0, 1))


def measure_overlap(lead: NDArray[np.floating], backing: NDArray[np.floating]) -> NDArray[np.float64]:
    """Measure in how much of the lead's voice the backing has one too: shapes (L, beats), (B, beats) to (L, B)."""
    total = np.maximum(np.asarray(lead, np.float64).sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(np.clip((lead / total) @ np.asarray(backing, np.float64).T, 0, 1))


def tempo_cost(ratio: ArrayLike) -> NDArray[np.float64]:
    """Return what it costs to play so many times as fast: 0 up to 5 %, 1 at 12 %, infinite beyond 20 %.

    Parameters
    ----------
    ratio
        Speed, above 0; 2 and one half cost the same.
    """
    change = np.abs(np.log2(np.asarray(ratio, np.float64)))
    free, audible, largest = (math.log2(bound) for bound in (FREE_RATIO, AUDIBLE_RATIO, LARGEST_RATIO))
    cost = np.square(np.maximum(change - free, 0) / (audible - free))
    return np.where(change > largest + 1e-9, np.inf, cost)


def camelot(tonic_class: int, *, is_minor: bool) -> str:
    """Return a key's place on the wheel of DJs; ``tonic_class`` is 0 for C.

    Examples
    --------
    >>> camelot(0, is_minor=False), camelot(9, is_minor=True)
    ('8B', '8A')
    """
    major = (tonic_class + 3) % 12 if is_minor else tonic_class
    return f"{(7 * major + 7) % 12 + 1}{'A' if is_minor else 'B'}"


def fold_tempo(tempo_bpm: float, target_bpm: float) -> int:
    """Return -1, 0 or 1: whether beats are best counted half, as they are, or double to come near a tempo."""
    return min((0, -1, 1), key=lambda fold: abs(math.log2(tempo_bpm * 2.0**fold / target_bpm)))


def frame_means(curve: NDArray[np.floating], frame_s: float, edges_s: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean of a curve between neighbouring times.

    Parameters
    ----------
    curve
        Shape (frames, ...); frame ``j`` stands for ``j * frame_s``.
    frame_s
        Distance of the frames.
    edges_s
        Rising times, shape (n + 1,).

    Returns
    -------
    ndarray
        Shape (n, ...). A stretch shorter than a frame takes the nearest one.
    """
    shape: Sequence[int] = curve.shape[1:]
    flat = np.asarray(curve, np.float64).reshape(len(curve), -1)
    sums = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0)])
    places = np.clip(np.rint(np.asarray(edges_s) / frame_s).astype(np.int64), 0, len(flat))
    starts = np.minimum(places[:-1], len(flat) - 1)
    stops = np.maximum(places[1:], starts + 1)
    means = (sums[stops] - sums[starts]) / (stops - starts)[:, np.newaxis]
    return np.asarray(means.reshape(len(means), *shape))

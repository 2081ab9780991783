"""Gain and limiter solved together, and how slow a limiter may be."""

from __future__ import annotations

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, make_song, peak_dbfs
from tonmeister.capabilities.mastering.density import limiter_ladder
from tonmeister.capabilities.mastering.params import MasterParams
from tonmeister.capabilities.mastering.presets import catalogue
from tonmeister.capabilities.mastering.solve import (
    EASY_REDUCTION_DB,
    MISSED_LU,
    NEAR_LU,
    LoudnessSolver,
    Premaster,
    choose_solver,
)
from tonmeister.dsp.limiter import limiter_cell
from tonmeister.dsp.loudness import KWeightedPower
from tonmeister.dsp.true_peak import true_peak_cells

RATE = 44100
CEILING_DBTP = -1.0
LADDER = limiter_ladder(MasterParams(), catalogue().preset["adaptive"])
MANY_DB = 24.0


def premaster(song: Sound) -> Premaster:
    cell = limiter_cell(RATE)
    power = KWeightedPower(RATE, 2, cell_samples=cell)
    power.push(song)
    peak = true_peak_cells(song, cell)
    energy = np.zeros(len(peak), np.float32)
    found = power.take().sum(axis=0) * cell
    energy[: len(found)] = found
    return Premaster(peak=peak, energy=energy, cell=cell, sample_rate=RATE, n_samples=song.shape[1])


@pytest.fixture(scope="module", params=["open", "dense", "bass", "plucked"])
def song(request: pytest.FixtureRequest) -> Premaster:
    """Material on which limiters differ: peaks far above the rest, hardly any, slow ones, and rare ones."""
    plain = make_song(6.0, seed=2)
    t_s = np.arange(plain.shape[1]) / RATE
    if request.param == "dense":
        plain = np.tanh(3 * plain)
    elif request.param == "bass":
        plain = (0.4 * plain + 0.3 * np.sin(2 * np.pi * 45 * t_s)).astype(np.float32)
    elif request.param == "plucked":
        plain = (plain * (0.2 + np.exp(-(t_s % 1.5) / 0.05))).astype(np.float32)
    assert peak_dbfs(plain) > -20
    return premaster(plain.astype(np.float32))


def is_easy(solver: LoudnessSolver, target_lufs: float) -> bool:
    end = solver.solve(target_lufs, MANY_DB)
    return not end.is_held and end.reduction_db <= EASY_REDUCTION_DB


TARGETS_LUFS = np.arange(-20.0, -5.0, 0.7)


def test_a_slow_limiter_that_reaches_with_little_work_is_chosen(song: Premaster) -> None:
    """The choice is that of solving every rung to the end."""
    chosen = []
    for target in TARGETS_LUFS:
        rung = LADDER.index(choose_solver(song, LADDER, CEILING_DBTP, target, MANY_DB).ballistics)
        chosen.append(rung)
        # What is easy at the target must be seen to be; what is hard even within the tolerance must not be taken.
        easy, nearly = (
            [is_easy(LoudnessSolver(song, one, CEILING_DBTP), lufs) for one in LADDER[:-1]]
            for lufs in (target, target - NEAR_LU)
        )
        assert not any(easy[:rung]), target
        assert rung == len(LADDER) - 1 or nearly[rung], target
    assert chosen[0] == 0, "soft targets leave the slowest limiter nothing to do"
    assert chosen == sorted(chosen)
    assert chosen[-1] == len(LADDER) - 1


def test_no_rung_falls_by_chance(song: Premaster) -> None:
    """Targets a hair apart are answered alike: once a limiter is too slow, it stays so for all that is louder."""
    solver = LoudnessSolver(song, LADDER[0], CEILING_DBTP)
    answers = [solver.reaches(target, EASY_REDUCTION_DB) for target in np.arange(-20.0, -5.0, 0.11)]
    assert answers[0]
    assert not answers[-1]
    assert answers == sorted(answers, reverse=True)


@pytest.mark.parametrize("target", [-20.0, -14.0, -11.0, -9.0])
def test_a_solution_meets_its_target_or_says_that_it_is_held(song: Premaster, target: float) -> None:
    for allowed_db in (1.0, 3.0, MANY_DB):
        solver = LoudnessSolver(song, LADDER[2], CEILING_DBTP)
        found = solver.solve(target, allowed_db)
        assert found.reduction_db <= allowed_db
        if found.is_held:
            assert found.predicted_lufs < target
            assert found.reduction_db > allowed_db - 0.1
        else:
            assert found.predicted_lufs == pytest.approx(target, abs=MISSED_LU)
            assert solver.reaches(target, allowed_db + NEAR_LU)

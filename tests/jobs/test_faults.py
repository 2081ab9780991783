"""The short form of ``benchmarks/faults.py``: random deaths and stops while jobs run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def faults():
    spec = importlib.util.spec_from_file_location("faults", ROOT / "benchmarks" / "faults.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["faults"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["faults"]


@pytest.mark.parametrize(("database", "executor"), [("sqlite", "local"), ("postgresql", "celery")])
def test_no_job_is_lost_or_committed_twice(faults, database, executor):
    wish = faults.Wish(
        n_jobs=16, n_faults=8, database=database, executor=executor, pause_s=0.5, limit_s=300, n_outages=1
    )
    report = faults.run(wish)
    told = report.as_row()
    assert report.by_state == {"completed": report.n_jobs}, told
    assert (report.n_lost, report.n_twice) == (0, 0), told
    assert sum(report.faults.values()) == 8, told
    assert sum(report.outages.values()) == 1, told

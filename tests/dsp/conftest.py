"""Fixtures for the tests of the kernels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tonmeister.dsp import dither, dynamics, filters, fir, limiter, native, saturation, true_peak, vocoder, width


@pytest.fixture(params=["base", "avx2"])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run the test with each compiled variant that this processor can run."""
    try:
        chosen = native.library(request.param)
    except OSError as reason:
        pytest.skip(str(reason))
    modules = (dither, dynamics, filters, fir, limiter, saturation, true_peak, vocoder, width)
    bindings = [value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")]
    monkeypatch.setattr(native, "library", lambda variant=None: chosen)
    for binding in bindings:
        binding.cache_clear()
    yield request.param
    for binding in bindings:
        binding.cache_clear()

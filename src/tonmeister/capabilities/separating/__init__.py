"""Separating: a finished song taken apart into drums, bass, voices and the rest.

The bundled network is in `tonmeister.engines.separation`, networks of one's own in
`tonmeister.engines.separation_model`; `judge` says what the stems are worth.
"""

from __future__ import annotations

from tonmeister.capabilities.separating.params import SeparateParams, SeparateResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="separate",
        version="6",
        params=SeparateParams,
        result=SeparateResult,
        function="tonmeister.capabilities.separating.run:separate",
        is_shared=True,
    ),
)

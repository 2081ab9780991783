"""The demo song: composed, played and written with its whole truth, so that the first minute sounds and tests know.

The composing is in `tonmeister.music.compose`, the instruments in `tonmeister.dsp.synth`, the band in `render`, its
room in `room`, the truth's file format in `truth`.
"""

from tonmeister.capabilities.demo.params import DemoParams, DemoResult
from tonmeister.core.capability import Capability

DEMO = Capability(
    name="demo",
    version="1",
    params=DemoParams,
    result=DemoResult,
    function="tonmeister.capabilities.demo.run:demo",
)
CAPABILITIES = (DEMO,)

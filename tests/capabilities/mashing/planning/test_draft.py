"""Drafts of plans: the same as the work itself, out of what is at hand."""

from __future__ import annotations

from capabilities.mashing.boards import song
from capabilities.mashing.test_gathering import Desk
from tonmeister.capabilities.mashing.params import MashPlanParams
from tonmeister.capabilities.mashing.planning.edits import open_section, set_volume_db
from tonmeister.capabilities.mashing.planning.run import draft, plan_mashup
from tonmeister.core.held import Held


def test_a_draft_is_the_plan_itself_and_gathers_once(tmp_path):
    desk = Desk(tmp_path, song(0, bpm=120), song(1, bpm=116))
    wishes = {"songs": desk.names, "length_s": 60}
    plan = plan_mashup(MashPlanParams.model_validate(wishes), desk).plans[0]
    n_gathered = 0
    described = desk.run_all

    def run_all(steps, *, tell=None, each=None):
        nonlocal n_gathered
        n_gathered += 1
        return described(steps, tell=tell, each=each)

    held = Held()
    for changed in (set_volume_db(plan, 1, 0, -3.0), open_section(plan, 1), open_section(plan, 2)):
        params = MashPlanParams.model_validate({**wishes, "plan": changed})
        whole = plan_mashup(params, desk)
        desk.run_all = run_all
        assert draft(params, desk, held) == whole
        desk.run_all = described
    assert n_gathered == 1

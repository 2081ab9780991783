"""What is asked for, judged before anything is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonmeister.core.errors import ParameterError

if TYPE_CHECKING:
    from tonmeister.capabilities.fetching.params import FetchParams

NOTICE = "Only for material that you hold the rights to; the terms of the site that it comes from may forbid copying."


def check_fetch(params: FetchParams) -> None:
    """Refuse to fetch what nobody says that they may."""
    if not params.i_hold_the_rights:
        raise ParameterError(
            "i_hold_the_rights is false, so nothing is fetched.",
            field="i_hold_the_rights",
            value=False,
            bound=True,
            remedy=NOTICE + " Say that you do.",
        )

"""Parameters that are to be kept, not used at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import CombinationError
from tonmeister.core.validation import check_params

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability


def check_partly(capability: Capability[Any, Any], params: Mapping[str, Any]) -> None:
    """Raise `ParameterError` if the parameters would not do once the material is named."""
    fields = capability.asset_fields()
    for name in fields:
        if name in params:
            raise CombinationError(
                f"{name} is material, which is no part of a preset.",
                field=name,
                value=str(params[name]),
                remedy=f"Leave {name} out; it is named when the work begins.",
            )
    required = {
        name: ["material"] if is_many else "material"
        for name, is_many in fields.items()
        if capability.params.model_fields[name].is_required()
    }
    optional = {name: ["material"] if is_many else "material" for name, is_many in fields.items()}
    try:
        capability.check_early(check_params(capability.params, {**required, **params}))
    except CombinationError as error:
        if error.field not in fields:
            raise
        # What is asked for needs material that a preset cannot name: it will be there when the work begins.
        capability.check_early(check_params(capability.params, {**optional, **params}))

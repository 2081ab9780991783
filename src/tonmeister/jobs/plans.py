"""What is to be done, checked and taken apart into steps, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import ChoiceUnknownError, ParameterError
from tonmeister.core.validation import check_params
from tonmeister.jobs.records import PlannedStep

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Params, Registry

STUDIO = "studio:"
"""Names of the studio's own tasks begin with this; the supervisor does them itself."""
MAX_STEPS = 2000


@dataclass(frozen=True)
class JobPlan:
    """A job to be written into the table."""

    capability: str
    params: dict[str, Any]
    steps: tuple[PlannedStep, ...]
    form: str = "single"
    label: str | None = None
    priority: int = 0
    run_at: float | None = None
    owner: str | None = None
    is_system: bool = False
    parent_id: str | None = None
    base_version: str | None = None
    schedule_id: str | None = None
    request_id: str | None = None
    trace: dict[str, Any] | None = None
    source_ids: tuple[str, ...] = field(default=())


def plan_single(registry: Registry, capability: str, params: Mapping[str, Any] | Params, **facts: Any) -> JobPlan:
    """Return the plan of one piece of work; raise `ParameterError` if a parameter is wrong."""
    given = as_given(registry, capability, params)
    return JobPlan(capability, given, (PlannedStep("work", capability, given),), **facts)


def plan_batch(registry: Registry, capability: str, items: Sequence[Mapping[str, Any]], **facts: Any) -> JobPlan:
    """Return the plan of one piece of work for each item, all the same capability's."""
    if not 1 <= len(items) <= MAX_STEPS:
        raise ParameterError(
            f"A batch of {len(items)} items: it must have 1 to {MAX_STEPS}.",
            field="items",
            value=len(items),
            bound=f"1 to {MAX_STEPS}",
            remedy="Divide it into several batches." if items else "Name at least one item.",
        )
    checked = [as_given(registry, capability, item) for item in items]
    steps = tuple(PlannedStep(f"item-{number}", capability, item) for number, item in enumerate(checked))
    return JobPlan(capability, {"items": checked}, steps, form="batch", **facts)


def plan_graph(registry: Registry, steps: Sequence[PlannedStep], **facts: Any) -> JobPlan:
    """Return the plan of steps that need each other's results; raise `ParameterError` if they cannot be done."""
    names = [step.name for step in steps]
    if not steps or len(steps) > MAX_STEPS or len(set(names)) < len(names):
        raise ParameterError(
            f"The steps are {names}: there must be 1 to {MAX_STEPS}, each with a name of its own.",
            field="steps",
            bound=f"1 to {MAX_STEPS} different names",
            remedy="Name every step differently.",
        )
    completed: list[PlannedStep] = []
    for step in steps:
        needed = tuple(dict.fromkeys((*step.after, *references(step.params))))
        for name in needed:
            if name not in names:
                raise ChoiceUnknownError(
                    f"Step {step.name!r} needs step {name!r}, which there is not.",
                    field="after",
                    value=name,
                    bound=names,
                    remedy="Name a step of the same job.",
                )
        params = dict(step.params) if references(step.params) else as_given(registry, step.capability, step.params)
        if step.capability not in registry:
            as_given(registry, step.capability, step.params)
        elif references(step.params):
            _check_material(registry[step.capability], step.params)
        completed.append(PlannedStep(step.name, step.capability, params, needed))
    _check_no_circle(completed)
    shown = {
        "steps": [
            {"name": step.name, "capability": step.capability, "params": step.params, "after": list(step.after)}
            for step in completed
        ]
    }
    return JobPlan(completed[-1].capability, shown, tuple(completed), form="steps", **facts)


def _check_no_circle(steps: Sequence[PlannedStep]) -> None:
    done: set[str] = set()
    left = list(steps)
    while left:
        ready = [step for step in left if done.issuperset(step.after)]
        if not ready:
            names = ", ".join(step.name for step in left)
            raise ParameterError(
                f"The steps {names} wait for each other in a circle.", field="after", remedy="Open the circle."
            )
        done.update(step.name for step in ready)
        left = [step for step in left if step.name not in done]


def as_given(registry: Registry, capability: str, params: Mapping[str, Any] | Params) -> dict[str, Any]:
    """Check parameters and return those that were given as JSON data."""
    if capability.startswith(STUDIO):
        if not isinstance(params, Mapping):
            raise TypeError("parameters of a task of the studio must be a mapping")
        return dict(params)
    found = registry[capability]
    checked = params if isinstance(params, found.params) else check_params(found.params, dict(params))
    given: dict[str, Any] = checked.model_dump(mode="json", exclude_unset=True)
    _check_material(found, given)
    found.check_early(checked)
    return given


def _check_material(capability: Capability[Any, Any], params: Mapping[str, Any]) -> None:
    """Raise `ParameterError` if the work has no material: a default that suits a first try is no wish of a studio's."""
    name = capability.batch_field
    if name is not None and params.get(name) is None:
        raise ParameterError(
            f"{name} is missing.",
            field=name,
            bound="the id of an asset",
            remedy=f"Upload a file and give its id as {name}.",
        )


def references(value: Any) -> tuple[str, ...]:
    """Return the names of the steps whose results the parameters ask for."""
    if isinstance(value, Mapping):
        if "$step" in value:
            return (str(value["$step"]),)
        return tuple(name for item in value.values() for name in references(item))
    if isinstance(value, list | tuple):
        return tuple(name for item in value for name in references(item))
    return ()


def resolve(value: Any, results: Mapping[str, Any]) -> Any:
    """Return the parameters with every reference to a step replaced by what its result holds there."""
    if isinstance(value, Mapping):
        if "$step" in value:
            return _pick(results[str(value["$step"])], str(value["$step"]), str(value.get("path", "")))
        return {key: resolve(item, results) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, results) for item in value]
    return value


def _pick(result: Any, step: str, path: str) -> Any:
    found = result
    for part in path.split(".") if path else ():
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise ParameterError(
                f"The result of step {step!r} has nothing at {path!r}.",
                field="path",
                value=path,
                bound=sorted(found) if isinstance(found, dict) else None,
                remedy="See the capability's result for its fields.",
            ) from None
    return found

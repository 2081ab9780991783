"""Work that is begun at certain times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from tonmeister.core.errors import RequestError
from tonmeister.surfaces.rest.answers import answer, moment
from tonmeister.surfaces.rest.models import ScheduleAsk, ScheduleChange, ScheduleData, ScheduleList
from tonmeister.surfaces.rest.once import IdempotencyKey, once
from tonmeister.surfaces.rest.queries import ScheduleId
from tonmeister.surfaces.rest.studio import Door, owner_of

if TYPE_CHECKING:
    from tonmeister.jobs.records import Schedule

router = APIRouter(prefix="/schedules", tags=["Schedules"])


@router.get("", response_model=ScheduleList)
def list_schedules(studio: Door) -> Response:
    """List all schedules."""
    return answer({"items": [schedule_data(schedule) for schedule in studio.workshop.schedules()]})


@router.post("", response_model=ScheduleData, status_code=201)
def add_schedule(request: Request, ask: ScheduleAsk, studio: Door, key: IdempotencyKey = None) -> Response:
    """Plan work: again and again (`cron`), or once (`run_at`)."""
    declared = studio.registry[ask.capability]
    return once(
        studio,
        request,
        key,
        ask.model_dump_json(),
        lambda: answer(
            schedule_data(
                studio.workshop.add_schedule(
                    ask.name,
                    declared.name,
                    ask.params,
                    cron=ask.cron,
                    run_at=ask.run_at.timestamp() if ask.run_at else None,
                    priority=ask.priority,
                    is_enabled=ask.is_enabled,
                    owner=owner_of(request),
                )
            ),
            201,
        ),
    )


@router.patch("/{schedule_id}", response_model=ScheduleData)
def change_schedule(schedule_id: ScheduleId, ask: ScheduleChange, studio: Door) -> Response:
    """Change a schedule; what is not named stays as it is."""
    given: dict[str, Any] = ask.model_dump(exclude_unset=True)
    if not given:
        raise RequestError("The request changes nothing.", field="body", remedy="Name what to change.")
    if given.get("run_at") is not None:
        given["run_at"] = given["run_at"].timestamp()
    return answer(schedule_data(studio.workshop.change_schedule(schedule_id, **given)))


@router.delete("/{schedule_id}", status_code=204, response_class=Response)
def delete_schedule(schedule_id: ScheduleId, studio: Door) -> Response:
    """Remove a schedule; work that has begun goes on."""
    studio.workshop.remove_schedule(schedule_id)
    return Response(status_code=204)


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as `models.ScheduleData`."""
    return {
        "id": schedule.id,
        "name": schedule.name,
        "cron": schedule.cron,
        "capability": schedule.capability,
        "params": schedule.params,
        "priority": schedule.priority,
        "is_enabled": schedule.is_enabled,
        "next_at": moment(schedule.next_at),
        "last_at": moment(schedule.last_at),
        "last_job_id": schedule.last_job_id,
        "created_at": moment(schedule.created_at),
    }

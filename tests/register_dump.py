"""The register as plain values, without keys and moments: what two ways of filling it have to agree in."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from meetings.models import Department, Meeting, Person, Task


def register(*, around: bool = True) -> dict[str, Any]:
    """Return everything the register says; ``around=False`` leaves out what stands around the breakdown table."""
    meetings = [_meeting(meeting) if around else _table(meeting) for meeting in Meeting.objects.order_by("pk")]
    everybody = {"people": sorted((person.name, person.unit) for person in Person.objects.all())} if around else {}
    return {
        "departments": sorted(Department.objects.values_list("name", "is_active")),
        "meetings": meetings,
        **everybody,
    }


def folded(value: Any) -> Any:
    """Return the values without white space and with the width of punctuation folded, as the seeds are compared."""
    if isinstance(value, str):
        return re.sub(r"\s+", "", unicodedata.normalize("NFKC", value))
    if isinstance(value, dict):
        return {name: folded(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [folded(item) for item in value]
    return value


def _meeting(meeting: Meeting) -> dict[str, Any]:
    names = ("title", "body", "breakdown_title", "document_number", "held_on", "issued_on", "place", "host")
    return {
        **{name: getattr(meeting, name) for name in names},
        "chair": _person(meeting.chair),
        "overall_lead": _person(meeting.overall_lead),
        "leads": [(lead.position, _person(lead.person)) for lead in meeting.meeting_leads.all()],
        "attendances": [
            (attendance.position, _person(attendance.person), attendance.capacity)
            for attendance in meeting.attendances.all()
        ],
        **_table(meeting),
    }


def _table(meeting: Meeting) -> dict[str, Any]:
    return {
        "aspects": list(meeting.aspects.order_by("position").values_list("position", "title")),
        "suggestions": [
            {
                "position": suggestion.position,
                "number": suggestion.number,
                "aspect": suggestion.aspect and suggestion.aspect.position,
                "text": suggestion.text,
                "lead_in": suggestion.lead_in,
                "sources": [
                    (source.position, _person(source.person), source.capacity)
                    for source in suggestion.suggestion_sources.all()
                ],
                "tasks": [_task(task) for task in suggestion.tasks.order_by("number")],
            }
            for suggestion in meeting.suggestions.order_by("position")
        ],
    }


def _task(task: Task) -> dict[str, Any]:
    left_out = {"id", "stable_id", "suggestion", "meeting"}
    columns = {
        field.attname: getattr(task, field.attname)
        for field in Task._meta.concrete_fields
        if field.name not in left_out
    }
    return {
        **columns,
        "departments": [(part.position, part.department.name, part.role) for part in task.task_departments.all()],
        "leaders": [(part.position, _person(part.person)) for part in task.task_leaders.all()],
        "milestones": list(
            task.milestones.values_list("position", "deadline_text", "deadline_kind", "due_date", "met_on")
        ),
        "marks": sorted(
            (issue.column, issue.code, issue.value, sorted(issue.parameters.items()), issue.answer_id)
            for issue in task.import_issues.all()
        ),
        "log": [
            (entry.sequence, entry.kind, entry.effective_on, entry.is_report, entry.note, entry.changes)
            for entry in task.log.order_by("sequence")
        ],
        "states": list(
            task.states.order_by("since").values_list("since", "until", "status", "next_due", "next_review")
        ),
    }


def _person(person: Person | None) -> tuple[str, str] | None:
    return person and (person.name, person.unit)

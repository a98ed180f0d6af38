"""The demonstration of `make run`: an invented meeting made alive by the verbs.

Its script is the JSON beside this. Its days are counted from the day it is made on, so that something is always late,
due soon or just done. A step is a list: days from then, verb, and what the verb needs; it is taken with the clock on
its day, so the log reads as if it had been kept. Departments and people are its own: they bear PREFIX or UNIT.
"""

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from meetings.breakdown.services.meetings import MeetingMetadata, create_meeting
from meetings.core.dates import add_months
from meetings.core.workdays import last_working_day
from meetings.deadlines import Deadline, read_deadline
from meetings.models import (
    Account,
    Aspect,
    Department,
    DepartmentRole,
    Instruction,
    Meeting,
    Person,
    Suggestion,
    SuggestionSource,
    Task,
)
from meetings.storage.files import atomic_with_files
from meetings.tasks.services import closure, evidence, extensions, instructions, outcomes, reminders, status
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.services.creation import create_task

PREFIX = "演示·"
UNIT = "演示"
# Days from the present one.
HELD, ISSUED, TAKEN_OVER = -224, -210, -205
# Behind a department's name: leads, or supports.
ROLES = {"!": DepartmentRole.LEAD, "*": DepartmentRole.SUPPORTING}


@atomic_with_files()
def make_demonstration(*, secretariat: Account, liaison: Account, today: datetime.date | None = None) -> Meeting:
    """Make the demonstration; ``liaison`` becomes the liaison of its departments."""
    return _Demonstration(secretariat, liaison, today or timezone.localdate()).make()


class _Demonstration:
    def __init__(self, secretariat: Account, liaison: Account, today: datetime.date) -> None:
        self.script = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
        self.secretariat, self.liaison, self.today = secretariat, liaison, today
        self.leaders = [self._person(name) for name in self.script["leaders"]]
        self.members = [(self._person(name), capacity) for name, capacity in self.script["members"]]

    def make(self) -> Meeting:
        """Make the meeting, then take the steps of its tasks in the order of days."""
        issued_on = self._day(ISSUED)
        with _clock_on(issued_on):
            self.meeting = self._meeting(issued_on)
            histories = list(self._tasks())
            ask_to_acknowledge(self.meeting)
        with _clock_on(last_working_day(self._day(TAKEN_OVER))):
            slow = self._department(self.script["slow_to_take_over"])
            others = self.liaison.departments.filter(name__startswith=PREFIX).exclude(pk=slow.pk)
            departments = others.values_list("pk", flat=True)
            acknowledge(meeting_id=self.meeting.pk, departments=list(departments), actor=self.liaison)
        steps = [(step, task) for task, history in histories for step in history]
        for (offset, verb, *values), task in sorted(steps, key=lambda step: step[0][0]):
            day = last_working_day(self._day(offset))
            with _clock_on(day):
                task.refresh_from_db()
                getattr(self, verb)({"task_id": task.pk, "version": task.version}, day, *values)
        return self.meeting

    # --- the meeting ------------------------------------------------------------------------------

    def _meeting(self, issued_on: datetime.date) -> Meeting:
        metadata = MeetingMetadata(
            **{name: self.script[name] for name in ("title", "body", "breakdown_title", "place")},
            document_number=f"演示〔{issued_on.year}〕1号",
            held_on=self._day(HELD),
            issued_on=issued_on,
            chair=self.leaders[0],
            leads=self.leaders,
            attendees=self.members,
        )
        return create_meeting(metadata=metadata, actor=self.secretariat, is_demonstration=True)

    def _tasks(self) -> Iterator[tuple[Task, list]]:
        """Enter the rows; yield each task with the steps to come."""
        number = 0
        for position, aspect_script in enumerate(self.script["aspects"], start=1):
            aspect = Aspect.objects.create(meeting=self.meeting, position=position, title=aspect_script["title"])
            for row in aspect_script["suggestions"]:
                number += 1
                suggestion = Suggestion.objects.create(
                    meeting=self.meeting, aspect=aspect, position=number, number=number, text=row["text"]
                )
                SuggestionSource.objects.bulk_create(
                    SuggestionSource(suggestion=suggestion, person=person, capacity=capacity, position=place)
                    for place, (person, capacity) in enumerate((self.members[at] for at in row["sources"]), start=1)
                )
                for place, script in enumerate(row["tasks"], start=1):
                    task = create_task(
                        suggestion=suggestion,
                        number=place,
                        text=script["text"],
                        deadline=self._deadline(script["deadline"]),
                        milestones=[self._deadline(text) for text in script.get("milestones", ())],
                        departments=[
                            (self._department(name.rstrip("!*")), ROLES.get(name[-1], DepartmentRole.RESPONSIBLE))
                            for name in script["departments"]
                        ],
                        leaders=[self.leaders[at] for at in script["leaders"]],
                        actor=self.secretariat,
                    )
                    yield task, script["history"]

    def _department(self, name: str) -> Department:
        department, _created = Department.objects.get_or_create(name=PREFIX + name)
        self.liaison.departments.add(department)
        return department

    def _person(self, name: str) -> Person:
        return Person.objects.get_or_create(name=name, unit=UNIT)[0]

    def _day(self, offset: int) -> datetime.date:
        return self.today + datetime.timedelta(days=offset)

    def _deadline(self, text: str) -> Deadline:
        return read_deadline(self._printed(text), issued_on=self.meeting.issued_on, held_on=None).deadline

    def _printed(self, text: str) -> str:
        """Return ``+12`` and ``month+3`` as a table prints that day or month."""
        unit, sign, number = text.partition("+" if "+" in text else "-")
        if not number.isdecimal():
            return text
        if unit == "month":
            month = add_months(self.today.replace(day=1), int(number))
            return f"{month.year}年{month.month}月底前"
        day = self._day(int(sign + number))
        return f"{day.year}年{day.month}月{day.day}日前"

    # --- the verbs, as the script calls them ------------------------------------------------------

    def report(self, task: dict[str, Any], day: datetime.date, department: str, note: str) -> None:
        status.update_task(**task, **self._for(department), effective_on=day, note=note)

    def milestone(self, task: dict[str, Any], day: datetime.date, department: str, note: str) -> None:
        first = Task.objects.get(pk=task["task_id"]).milestones.all()[0]
        version = task["version"]
        status.meet_milestone(
            milestone_id=first.pk, version=version, **self._for(department), effective_on=day, note=note
        )

    def ask_closure(self, task: dict[str, Any], day: datetime.date, department: str, summary: str, file: str) -> None:
        entry = evidence.add_evidence(
            **task, **self._for(department), effective_on=day, files=[_file(file)], note="办结佐证材料"
        )
        asked = {**task, "version": entry.sequence}
        closure.request_closure(**asked, **self._for(department), effective_on=day, summary=summary)

    def close(self, task: dict[str, Any], day: datetime.date, note: str) -> None:
        closure.accept_closure(**task, actor=self.secretariat, effective_on=day, note=note)

    def send_back(self, task: dict[str, Any], day: datetime.date, reason: str) -> None:
        closure.send_back(**task, actor=self.secretariat, effective_on=day, reason=reason)

    def terminate(self, task: dict[str, Any], day: datetime.date, reason: str) -> None:
        status.terminate_task(**task, actor=self.secretariat, effective_on=day, reason=reason)

    def ask_extension(
        self, task: dict[str, Any], day: datetime.date, department: str, progress: str, reason: str, later: str
    ) -> None:
        extensions.request_extension(
            **task,
            **self._for(department),
            effective_on=day,
            progress=progress,
            reason=reason,
            deadline_text=self._printed(later),
        )

    def grant(self, task: dict[str, Any], day: datetime.date, reason: str) -> None:
        extensions.grant_extension(**task, actor=self.secretariat, effective_on=day, reason=reason)

    def instruct(self, task: dict[str, Any], day: datetime.date, leader: int, text: str) -> None:
        instructions.give_instruction(
            **task, actor=self.secretariat, effective_on=day, leader=self.leaders[leader], text=text
        )

    def answer(self, task: dict[str, Any], day: datetime.date, department: str, note: str) -> None:
        instruction = Instruction.objects.get(task=task["task_id"], answer__isnull=True)
        instructions.answer_instruction(
            instruction_id=instruction.pk,
            version=task["version"],
            **self._for(department),
            effective_on=day,
            note=note,
        )

    def remind(self, task: dict[str, Any], _day: datetime.date, message: str) -> None:
        reminders.remind_departments(**task, actor=self.secretariat, message=message)

    def outcome(self, task: dict[str, Any], _day: datetime.date, outcome: str, reply: str) -> None:
        outcomes.record_outcome(**task, actor=self.secretariat, outcome=outcome, reply=reply)

    def _for(self, department: str) -> dict[str, Any]:
        return {"actor": self.liaison, "department": self._department(department)}


@contextmanager
def _clock_on(day: datetime.date) -> Iterator[None]:
    """Let the services take ``day`` for today; for a command alone, being global."""
    moment = datetime.datetime.combine(day, datetime.time(10), timezone.get_default_timezone())
    with mock.patch.object(timezone, "now", return_value=moment):
        yield


def _file(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.txt", f"{name}（虚构，供演示）\n".encode())

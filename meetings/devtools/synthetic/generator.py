"""Generator of meetings, suggestions, tasks and histories from a seed."""

import datetime
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from random import Random
from types import SimpleNamespace
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from meetings.core.dates import add_months
from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.models import (
    Aspect,
    Attendance,
    Department,
    DepartmentRole,
    Meeting,
    MeetingLead,
    Milestone,
    Person,
    Status,
    Suggestion,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
    TaskState,
    calculate_hash,
)
from meetings.models.log import CURRENT_COLUMNS, replay
from meetings.tasks.services.log import deadline_columns, deadline_from_json, deadline_to_json

from .history import History, end_of_month
from .indexes import postponed_indexes
from .rows import RowWriter
from .vocabulary import vocabulary

FIRST_ISSUE = datetime.date(2019, 1, 15)
LAST_ISSUE = datetime.date(2026, 12, 15)
TASKS_PER_MEETING = 60
BATCH_SIZE = 1000
# From so many tasks on, indexes are made in the end instead of kept row by row.
LARGE = 5000
# In the order in which they refer to one another.
WRITTEN = (
    *(Meeting, MeetingLead, Attendance, Aspect, Suggestion, SuggestionSource),
    *(Task, TaskDepartment, TaskLeader, Milestone, TaskLog, TaskState),
)


class Place(NamedTuple):
    """The meeting and suggestion of a task, and its number there."""

    meeting: SimpleNamespace
    suggestion: SimpleNamespace
    number: int


class Generator:
    """Makes up what `meetings.devtools.synthetic.generate` writes."""

    def __init__(self, *, seed: int, today: datetime.date) -> None:
        self.random = Random(seed)
        self.today = today

    @transaction.atomic
    def write(self, count: int) -> None:
        """Add ``count`` tasks with all they need to the register."""
        self.departments = [Department.objects.get_or_create(name=name)[0] for name in vocabulary.departments]
        self.leaders = [Person.objects.get_or_create(name=name, unit="")[0] for name in vocabulary.leaders]
        names = {
            self.random.choice(vocabulary.surnames) + self.random.choice(vocabulary.given_names): None
            for _ in range(100)
        }
        people = [Person.objects.get_or_create(name=name, unit="")[0] for name in names]
        self.members = [(person, self.random.choice(vocabulary.capacities)) for person in people]
        self.rows = RowWriter(*WRITTEN)
        places = self._places(count)
        # Making all indexes of the register anew pays where most of it is new.
        is_large = count >= max(LARGE, Task.objects.count())
        with postponed_indexes(*WRITTEN) if is_large else nullcontext():
            while batch := list(islice(places, BATCH_SIZE)):
                self._add_tasks(batch)
                self.rows.flush()

    # --- meetings ---------------------------------------------------------------------------------

    def _add_meeting(self, issued_on: datetime.date, number: int) -> SimpleNamespace:
        random = self.random
        body = f"演练认可委员会{random.choice(vocabulary.bodies)}"
        chair, *leads = random.sample(self.leaders, 4)
        meeting = self.rows.add(
            Meeting,
            title=f"{body}第{number}次会议",
            body=body,
            breakdown_title=f"落实{body}第{number}次会议委员建议任务分解表",
            document_number=f"演练〔{issued_on.year}〕{number}号",
            held_on=issued_on - datetime.timedelta(days=random.randint(7, 45)),
            issued_on=issued_on,
            place=random.choice(("北京", "上海", "成都", "广州")),
            chair_id=chair.pk,
            overall_lead_id=chair.pk,
        )
        for position, person in enumerate(leads, start=1):
            self.rows.add(MeetingLead, meeting_id=meeting.id, person_id=person.pk, position=position)
        for position, (person, capacity) in enumerate(random.sample(self.members, 15), start=1):
            self.rows.add(Attendance, meeting_id=meeting.id, person_id=person.pk, capacity=capacity, position=position)
        return meeting

    def _places(self, count: int) -> Iterator[Place]:
        """Yield the places of ``count`` tasks, with new meetings and suggestions."""
        random = self.random
        meeting_count = Meeting.objects.count()
        number = -(-count // TASKS_PER_MEETING)
        # The youngest minutes are a fortnight old, so that the register has something that just began.
        days = (min(LAST_ISSUE, self.today - datetime.timedelta(days=14)) - FIRST_ISSUE).days
        for index in range(number):
            issued_on = FIRST_ISSUE + datetime.timedelta(days=days * index // max(number - 1, 1))
            meeting = self._add_meeting(issued_on, meeting_count + index + 1)
            # The tasks spread evenly over the meetings; how many a suggestion has is the seed's.
            remaining = count * (index + 1) // number - count * index // number
            numbers = []
            while remaining:
                numbers.append(min(remaining, random.choices((1, 2, 3, 4), (60, 15, 20, 5))[0]))
                remaining -= numbers[-1]
            yield from self._add_suggestions(meeting, numbers)

    def _add_suggestions(self, meeting: SimpleNamespace, numbers: list[int]) -> Iterator[Place]:
        random = self.random
        titles = vocabulary.aspects[: max(1, min(len(vocabulary.aspects), len(numbers) // 2))]
        aspects = [
            self.rows.add(Aspect, meeting_id=meeting.id, position=position, title=title)
            for position, title in enumerate(titles, start=1)
        ]
        suggestions = [
            self.rows.add(
                Suggestion,
                meeting_id=meeting.id,
                # In the order of the aspects, as a table prints them.
                aspect_id=aspects[index * len(aspects) // len(numbers)].id,
                position=index + 1,
                number=index + 1,
                text=random.choice(vocabulary.suggestion_templates).format(random.choice(vocabulary.fields)),
            )
            for index in range(len(numbers))
        ]
        for suggestion in suggestions:
            sources = random.sample(self.members, random.choices((1, 2, 4), (65, 25, 10))[0])
            for position, (person, capacity) in enumerate(sources, start=1):
                self.rows.add(
                    SuggestionSource,
                    suggestion_id=suggestion.id,
                    person_id=person.pk,
                    capacity=capacity,
                    position=position,
                )
        for suggestion, task_count in zip(suggestions, numbers, strict=True):
            yield from (Place(meeting, suggestion, number) for number in range(1, task_count + 1))

    # --- tasks ------------------------------------------------------------------------------------

    def _add_tasks(self, places: list[Place]) -> None:
        random = self.random
        parts = []
        for meeting, suggestion, number in places:
            departments = random.sample(self.departments, random.choices((1, 2, 4), (70, 22, 8))[0])
            deadline = self._deadline(meeting.issued_on)
            history = self._history(meeting.issued_on, deadline, departments)
            task = self.rows.add(
                Task,
                stable_id=uuid4(),
                suggestion_id=suggestion.id,
                number=number,
                text=random.choice(vocabulary.task_templates).format(random.choice(vocabulary.fields)),
                version=len(history.entries),
                # As triggers would say.
                meeting_id=meeting.id,
                issued_on=meeting.issued_on,
                suggestion_position=suggestion.position,
                **{f"original_{name}": value for name, value in deadline_columns(deadline).items()},
            )
            self._add_history(task, history)
            leaders = random.sample(self.leaders, random.choices((1, 2), (80, 20))[0])
            parts.append((task, departments, leaders))
        for task, departments, leaders in parts:
            # As triggers would say.
            task.department_spelling, task.leader_spelling = departments[0].spelling, leaders[0].spelling
            for position, (department, role) in enumerate(_roles(departments, supporting=random.random() < 0.5), 1):
                self.rows.add(
                    TaskDepartment, task_id=task.id, department_id=department.pk, role=role, position=position
                )
            for position, person in enumerate(leaders, 1):
                self.rows.add(TaskLeader, task_id=task.id, person_id=person.pk, position=position)

    def _add_history(self, task: SimpleNamespace, history: History) -> None:
        """Add the log of ``task``, its intervals and milestones, and its present state."""
        before = str(task.stable_id)
        for entry in history.entries:
            entry.task_id = task.id
            entry.hash = before = calculate_hash(entry, before)
            self.rows.add_object(entry)
        for state in replay(task.id, sorted(history.entries, key=lambda entry: (entry.effective_on, entry.sequence))):
            self.rows.add_object(state)
        for name in CURRENT_COLUMNS:
            setattr(task, name, getattr(state, name))
        # As triggers would say.
        task.next_due = state.next_due
        task.reported_on = state.last_report and state.last_report.effective_on
        for position, each in enumerate(history.milestones, 1):
            columns = deadline_columns(deadline_from_json(each))
            self.rows.add(Milestone, task_id=task.id, position=position, met_on=each["met_on"], **columns)

    def _deadline(self, issued_on: datetime.date) -> Deadline:
        random = self.random
        kind = random.choices(
            ("month", "day", "quarter", "ongoing", "recurring", "next_meeting", "undecided"), (54, 8, 5, 22, 6, 2, 3)
        )[0]
        if kind == "ongoing":
            return Deadline(random.choice(vocabulary.ongoing), DeadlineKind.ONGOING)
        if kind == "recurring":
            text, months = random.choice((("每月", 1), ("每季度", 3), ("每半年", 6)))
            return Deadline(text, DeadlineKind.RECURRING, review_months=months)
        if kind == "next_meeting":
            return Deadline("下次会议前", DeadlineKind.NEXT_MEETING)
        if kind == "undecided":
            return Deadline("条件成熟时", DeadlineKind.UNDECIDED)
        day = issued_on + datetime.timedelta(days=random.randint(30, 700))
        if kind == "day":
            return Deadline(f"{day.year}年{day.month}月{day.day}日", DeadlineKind.DATED, day, Precision.DAY)
        if kind == "quarter":
            quarter = (day.month + 2) // 3
            due = end_of_month(day.replace(day=1, month=quarter * 3)).due_date
            return Deadline(f"{day.year}年第{'一二三四'[quarter - 1]}季度", DeadlineKind.DATED, due, Precision.QUARTER)
        return end_of_month(day)

    def _history(self, issued_on: datetime.date, deadline: Deadline, departments: list[Department]) -> History:
        """Make up a task's history: some untouched, most report and end near their day."""
        random = self.random
        milestones = []
        if deadline.due_date is not None and random.random() < 0.06:
            half_way = issued_on + (deadline.due_date - issued_on) / 2
            milestones.append({**deadline_to_json(end_of_month(half_way)), "met_on": None})
        review_months = deadline.review_months or settings.REVIEW_INTERVAL_MONTHS
        history = History(random, issued_on, deadline, milestones, review_months, departments)
        history.enter()
        if random.random() < 0.06:
            return history
        day = issued_on
        end = self._end_day(issued_on, deadline)
        while (day := day + datetime.timedelta(days=random.randint(50, 240))) <= min(end, self.today):
            self._add_event(history, day)
        if end <= self.today:
            self._finish(history, max(end, history.entries[-1].effective_on))
        if random.random() < 0.08:
            history.report_back_dated()
        return history

    def _end_day(self, issued_on: datetime.date, deadline: Deadline) -> datetime.date:
        if deadline.due_date is None:
            return add_months(issued_on, self.random.randint(9, 48))
        late = self.random.gauss(5, 60) if self.random.random() < 0.93 else self.random.randint(100, 900)
        return max(deadline.due_date + datetime.timedelta(days=int(late)), issued_on + datetime.timedelta(days=5))

    def _add_event(self, history: History, day: datetime.date) -> None:
        random = self.random
        due = history.deadline.due_date
        if history.milestones and history.milestones[0]["met_on"] is None and random.random() < 0.5:
            history.meet_milestone(day)
        elif due and day <= due and (due - day).days < 90 and random.random() < 0.35:
            history.extend(day, random.choice((3, 6, 12)))
        else:
            history.report(day)

    def _finish(self, history: History, day: datetime.date) -> None:
        random = self.random
        for number, (target, reason) in enumerate(self._final_steps(history.status)):
            day += datetime.timedelta(days=random.randint(1, 20) if number else 0)
            if day > self.today:
                return
            history.change_status(target, day, reason)
        if history.status == Status.IN_PROGRESS:
            day += datetime.timedelta(days=random.randint(1, 20))
            if day <= self.today:
                history.report(day)

    def _final_steps(self, status: Status) -> Iterator[tuple[Status, str]]:
        """Yield the steps to the end of a task in ``status``, with their reasons."""
        random = self.random
        if random.random() < 0.04:
            yield Status.TERMINATED, "任务内容已并入其他工作，不再单独办理。"
            return
        if status == Status.NOT_STARTED or random.random() < 0.3:
            yield Status.CLOSED, "任务已完成，经秘书处核实办结。"
        else:
            if random.random() < 0.1:
                yield Status.CLOSURE_REQUESTED, "任务已完成，申请办结。"
                yield Status.IN_PROGRESS, "佐证材料不全，请补充后再报。"
            yield Status.CLOSURE_REQUESTED, "任务已完成，佐证材料已补齐，申请办结。"
            yield Status.CLOSED, "同意办结。"
        if random.random() < 0.03:
            yield Status.IN_PROGRESS, "抽查发现成效不明显，重新办理。"


def _roles(departments: list[Department], *, supporting: bool) -> list[tuple[Department, DepartmentRole]]:
    """Give a task to the first department, the same or a supporting role to others."""
    alone = len(departments) == 1
    first = DepartmentRole.LEAD if supporting and not alone else DepartmentRole.RESPONSIBLE
    rest = DepartmentRole.SUPPORTING if supporting else DepartmentRole.RESPONSIBLE
    return list(zip(departments, (first, *[rest] * (len(departments) - 1)), strict=True))

"""Correcting a deadline that was typed or read wrongly, with its milestones: never a way to more time."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.deadlines import Deadline, DeadlineKind, DeadlineProblem, read_deadline
from meetings.errors import ImpossibleStep, Incomplete, NothingDiffers
from meetings.models import Account, EntryKind, Milestone, Task, TaskLog

from .extensions import read_meaning
from .log import Changes, deadline_columns, locked_task, write_entry, written_deadline, written_milestone
from .validators import check_day, require_secretariat, required_reason

# What an entry's changes call the number of the task's deadline corrections so far.
CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class TypedDeadline:
    """What somebody typed about one task's deadline: the printed text, what it means where it is read wrongly, and
    the milestones, a line each (none: not said)."""

    text: str
    meaning: str = ""
    milestones: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class DeadlineAsTyped:
    """How a `TypedDeadline` is read. ``doubtful`` are the lines of milestones that name no day."""

    deadline: Deadline
    milestones: tuple[Deadline, ...]
    problem: DeadlineProblem | None = None
    doubtful: tuple[str, ...] = ()


def milestone_line(milestone: Deadline) -> str:
    """Return a milestone's printed text on one line, as a form shows it."""
    return "".join(line.strip() for line in milestone.text.splitlines())


def read_typed_deadline(task: Task, typed: TypedDeadline) -> DeadlineAsTyped:
    """Read what was typed by the grammar that reads the printed table, in the frame of the task's meeting.

    What was left as it is keeps its meaning, which may have been settled. Milestones that are typed go before those
    that the text itself names, and those before the ones there are. One query for the milestones.
    """
    text, meaning = typed.text.strip(), typed.meaning.strip()
    own = [milestone.deadline for milestone in task.milestones.all()]
    problem, in_text = None, ()
    if meaning:
        reading = read_meaning(task, meaning)
        deadline, problem, in_text = replace(reading.deadline, text=text), reading.problem, reading.milestones
    elif text == task.deadline_text:
        deadline = task.deadline
    else:
        reading = read_meaning(task, text)
        deadline, problem, in_text = reading.deadline, reading.problem, reading.milestones
    lines = None if typed.milestones is None else [line.strip() for line in typed.milestones if line.strip()]
    if lines is None or lines == [milestone_line(milestone) for milestone in own]:
        return DeadlineAsTyped(deadline, in_text or tuple(own), problem)
    known = {milestone_line(milestone): milestone for milestone in own}
    read = [known.get(line) or read_meaning(task, line).deadline for line in lines]
    doubtful = tuple(milestone.text for milestone in read if milestone.due_date is None)
    return DeadlineAsTyped(deadline, tuple(read), problem, doubtful)


def read_printed(text: str, issued_on: datetime.date, held_on: datetime.date | None) -> DeadlineAsTyped:
    """Return how a deadline printed with minutes of these days is read; for a task that is not there yet."""
    reading = read_deadline(text.strip(), issued_on=issued_on, held_on=held_on)
    return DeadlineAsTyped(reading.deadline, reading.milestones, reading.problem)


@transaction.atomic
def correct_deadline(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    effective_on: datetime.date,
    typed: TypedDeadline,
    today: datetime.date | None = None,
) -> TaskLog:
    """Correct a deadline and milestones that were typed or read wrongly. Raises a subclass of Refused.

    A deadline moves only through an extension (DESIGN.md, Lifecycle), so that nobody gains time unseen. This verb is
    about another thing: that the register does not say what the paper says. It must not become the way round:

    - Only the secretariat corrects, only open tasks, and never without a reason. What has ended was judged by the
      deadline it was worked under; «closed on time» must not be made afterwards.
    - Not once an extension was granted: what holds then is a decision, of which no paper is the measure. Nor while
      one is asked for: it was asked for against the deadline there is, so it is decided first.
    - What is put in its place can be read as a day or a rhythm. Out of a deadline nothing undecided is made.
    - It counts from a day not before the last change of state, like any other; the days before keep what they showed.
    - The original stays in its columns, the old and the new in the entry, and the entry has the number of the
      correction, which the task's page shows beside the deadline: a second one is asked about.

    What could not be read before is settled by it, which is no correction and not counted as one, as long as the
    printed text stays. A met milestone stays met where its text or its day is the same.
    """
    task = locked_task(task_id, version)
    require_secretariat(actor)
    check_correctable(task)
    reason = required_reason(reason)
    new = read_typed_deadline(task, typed)
    _check_reading(new)
    check_day(task, effective_on, True, today)
    old_milestones = list(task.milestones.all())
    milestones = _with_met_days(new.milestones, old_milestones)
    changes: Changes = {}
    if written_deadline(new.deadline) != written_deadline(task.deadline):
        changes["deadline"] = {"old": written_deadline(task.deadline), "new": written_deadline(new.deadline)}
    written = [written_milestone(milestone) for milestone in old_milestones]
    if written != [written_milestone(milestone) for milestone in milestones]:
        changes["milestones"] = {"old": written, "new": [written_milestone(milestone) for milestone in milestones]}
        _replace_milestones(task, milestones)
    if not changes:
        raise NothingDiffers
    if not (task.deadline_kind == DeadlineKind.UNDECIDED and new.deadline.text == task.deadline_text):
        number = task.log.filter(kind=EntryKind.DEADLINE, changes__has_key=CORRECTED).count()
        changes[CORRECTED] = {"old": number, "new": number + 1}
    months = new.deadline.review_months
    if months is not None and months != task.review_interval_months:
        changes["review_interval_months"] = {"old": task.review_interval_months, "new": months}
    return write_entry(
        task, actor=actor, kind=EntryKind.DEADLINE, effective_on=effective_on, note=reason, changes=changes
    )


def check_correctable(task: Task) -> None:
    """Refuse where the deadline of ``task`` is not corrected at all, see `correct_deadline`."""
    if task.status not in OPEN_STATUSES:
        raise ImpossibleStep(
            _("The task has ended under this deadline. Reopen it first if the deadline was wrong."),
            field="deadline_text",
        )
    if task.extension_count:
        raise ImpossibleStep(
            _("The deadline has been extended, so it is no longer the printed one but a decision. Extend it again."),
            field="deadline_text",
        )
    if task.extension_requests.waiting().exists():
        raise ImpossibleStep(
            _("A later deadline has been asked for, counted from the present one. Decide that first."),
            field="deadline_text",
        )


def _check_reading(new: DeadlineAsTyped) -> None:
    if new.deadline.kind == DeadlineKind.UNDECIDED:
        raise Incomplete(
            _("“%(text)s” names no day that can be read. Write beside it what it means.") % {"text": new.deadline.text},
            field="deadline_text",
        )
    if new.doubtful:
        raise Incomplete(
            _("“%(text)s” names no day. Write each milestone with its day or period, one a line.")
            % {"text": new.doubtful[0]},
            field="milestones",
        )
    for milestone in new.milestones:
        if new.deadline.due_date and milestone.due_date and milestone.due_date > new.deadline.due_date:
            raise Incomplete(
                _("The milestone “%(text)s” comes after the deadline. Mend one of the two.") % {"text": milestone.text},
                field="milestones",
            )


def _with_met_days(new: Sequence[Deadline], old: Sequence[Milestone]) -> list[Milestone]:
    """Return the ``new`` milestones, unsaved; each is met on the day that the old one of its text or day was."""
    left, milestones = list(old), []
    for deadline in new:
        same = next((each for each in left if each.deadline_text == deadline.text), None)
        same = same or next((each for each in left if each.due_date == deadline.due_date), None)
        if same is not None:
            left.remove(same)
        milestones.append(Milestone(met_on=same.met_on if same else None, **deadline_columns(deadline)))
    return milestones


def _replace_milestones(task: Task, milestones: Sequence[Milestone]) -> None:
    task.milestones.all().delete()
    for position, milestone in enumerate(milestones, start=1):
        milestone.task, milestone.position = task, position
    Milestone.objects.bulk_create(milestones)

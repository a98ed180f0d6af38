"""Corrections of misread deadlines and milestones: never a way to more time."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.deadlines import Deadline, DeadlineKind, Reading
from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.models import Account, EntryKind, Milestone, Task, TaskLog
from meetings.permissions import require_secretariat

from .extensions import parse_meaning, write_deadline_entry
from .log import deadline_columns, deadline_to_json, diff_values, lock_task, milestone_to_json
from .validators import check_day, clean_reason

# The key in an entry's changes for the number of deadline corrections so far.
CORRECTION_NUMBER = "corrected"


@dataclass(frozen=True, slots=True)
class DeadlineInput:
    """A form's values about one task's deadline.

    The printed text, what it means where it is read wrongly, and the milestones, a line each (None: not in the form).
    """

    text: str
    meaning: str = ""
    milestones: Sequence[str] | None = None


def format_milestone(milestone: Deadline) -> str:
    """Return a milestone's printed text on one line, as a form shows it."""
    return "".join(line.strip() for line in milestone.text.splitlines())


def parse_deadline_input(task: Task, deadline_input: DeadlineInput) -> Reading:
    """Parse the input like the printed table, in the frame of the task's meeting.

    An unchanged text retains its meaning, which may have been settled. Entered milestones go before those that the text
    itself names, and those before the present ones. One query for the milestones.
    """
    text, meaning = deadline_input.text.strip(), deadline_input.meaning.strip()
    own = tuple(milestone.deadline for milestone in task.milestones.all())
    if meaning:
        reading = parse_meaning(task, meaning)
        reading = replace(reading, deadline=replace(reading.deadline, text=text))
    else:
        reading = Reading(task.deadline) if text == task.deadline_text else parse_meaning(task, text)
    lines = [line.strip() for line in deadline_input.milestones or () if line.strip()]
    if deadline_input.milestones is None or lines == [format_milestone(milestone) for milestone in own]:
        return replace(reading, milestones=reading.milestones or own)
    own_by_text = {format_milestone(milestone): milestone for milestone in own}
    milestones = (own_by_text.get(line) or parse_meaning(task, line).deadline for line in lines)
    return replace(reading, milestones=tuple(milestones))


@transaction.atomic
def correct_deadline(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    effective_on: datetime.date,
    deadline_input: DeadlineInput,
) -> TaskLog:
    """Correct a misread deadline and its milestones. Raises ServiceError.

    A deadline moves only through an extension (docs/domain.md, Lifecycle), so that nobody gains time unseen. This
    service is about another thing: that the register differs from the paper. It must not become the way round:

    - Only the secretariat corrects, only open tasks, and never without a reason. What has ended was judged by the
      deadline it was worked under; «closed on time» must not be made afterwards.
    - Not once an extension was granted: what holds then is a decision, of which no paper is the measure. Nor while
      one is requested: it was requested against the present deadline, so it is decided first.
    - What is put in its place can be read as a day or a rhythm. Out of a deadline nothing undecided is made.
    - It counts from a day not before the last change of state, like any other; the days before keep what they showed.
    - The original stays in its columns, the old and the new in the entry, and the entry has the number of the
      correction, which the task's page shows beside the deadline: a second one is asked about.

    What could not be read before is settled by it, which is no correction and not counted as one, as long as the
    printed text stays. A met milestone stays met where its text or its day is the same.
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    check_correctable(task)
    reason = clean_reason(reason)
    new = parse_deadline_input(task, deadline_input)
    _check_reading(new)
    check_day(task, effective_on, True)
    old_milestones = list(task.milestones.all())
    milestones = _carry_met_days(task, new.milestones, old_milestones)
    pairs: dict[str, tuple[object, object]] = {
        "deadline": (deadline_to_json(task.deadline), deadline_to_json(new.deadline)),
        "milestones": ([*map(milestone_to_json, old_milestones)], [*map(milestone_to_json, milestones)]),
    }
    changes = diff_values(pairs)
    if not changes:
        raise NoChangesError
    if "milestones" in changes:
        task.milestones.all().delete()
        Milestone.objects.bulk_create(milestones)
    if not (task.deadline_kind == DeadlineKind.UNDECIDED and new.deadline.text == task.deadline_text):
        number = task.log.filter(kind=EntryKind.DEADLINE, changes__has_key=CORRECTION_NUMBER).count()
        changes[CORRECTION_NUMBER] = {"old": number, "new": number + 1}
    return write_deadline_entry(
        task, new.deadline, actor=actor, effective_on=effective_on, note=reason, changes=changes
    )


def check_correctable(task: Task) -> None:
    """Refuse tasks whose deadline cannot be corrected, see `correct_deadline`."""
    if task.status not in OPEN_STATUSES:
        raise InvalidTransitionError(
            _("The task has ended under this deadline. Reopen it first if the deadline was wrong."),
            field="deadline_text",
        )
    if task.extension_count:
        raise InvalidTransitionError(
            _("The deadline has been extended, so it is no longer the printed one but a decision. Extend it again."),
            field="deadline_text",
        )
    if task.extension_requests.waiting().exists():
        raise InvalidTransitionError(
            _("A later deadline has been asked for, counted from the present one. Decide that first."),
            field="deadline_text",
        )


def _check_reading(new: Reading) -> None:
    if new.deadline.kind == DeadlineKind.UNDECIDED:
        raise InvalidInputError(
            _("“%(text)s” names no day that can be read. Write beside it what it means.") % {"text": new.deadline.text},
            field="deadline_text",
        )
    for milestone in new.milestones:
        if milestone.due_date is None:
            raise InvalidInputError(
                _("“%(text)s” names no day. Write each milestone with its day or period, one a line.")
                % {"text": milestone.text},
                field="milestones",
            )
        if new.deadline.due_date and milestone.due_date > new.deadline.due_date:
            raise InvalidInputError(
                _("The milestone “%(text)s” comes after the deadline. Mend one of the two.") % {"text": milestone.text},
                field="milestones",
            )


def _carry_met_days(task: Task, new: Sequence[Deadline], old: Sequence[Milestone]) -> list[Milestone]:
    """Return the ``new`` milestones, unsaved, with the met days of their old ones."""
    remaining, milestones = list(old), []
    for position, deadline in enumerate(new, start=1):
        same = next((each for each in remaining if each.deadline_text == deadline.text), None)
        same = same or next((each for each in remaining if each.due_date == deadline.due_date), None)
        if same is not None:
            remaining.remove(same)
        met_on = same.met_on if same else None
        milestones.append(Milestone(task=task, position=position, met_on=met_on, **deadline_columns(deadline)))
    return milestones

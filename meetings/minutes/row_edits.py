"""A row as it is entered: values entered once for several tasks, numbers, doubts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from meetings.deadlines import DeadlineProblem, read_deadline, read_row_deadlines
from meetings.minutes.parser.ordinals import split_numbered_parts
from meetings.minutes.parser.schema import ParsedMeeting, ParsedRow, ParsedTask

#: The most tasks that one text is taken apart into; a printed row has three or four.
MAX_TASKS = 40
_COLUMNS = ("departments", "leaders", "deadline")


class RowEdit:
    """A row while its values are entered.

    ``changed`` are the columns whose values are others now, ``shared`` those that were entered once for several tasks.
    """

    def __init__(self, row: ParsedRow, changed: Iterable[str] = ()) -> None:
        self.base = row
        self.tasks = list(row.tasks)
        self.changed = set(changed)
        self.shared: set[str] = set()
        self.deadline_problems: list[DeadlineProblem] = []

    @property
    def row(self) -> ParsedRow:
        """The row as entered, its tasks numbered."""
        return replace(self.base, tasks=renumber_tasks(self.tasks))

    def share_deadline(self, places: Sequence[int], text: str, metadata: ParsedMeeting) -> None:
        """Read the cell ``text`` for the tasks at ``places`` together."""
        texts = [self.tasks[at].text for at in places]
        readings = read_row_deadlines(text, texts, issued_on=metadata.issued_on, held_on=metadata.held_on)
        for at, reading in zip(places, readings, strict=True):
            self.tasks[at] = replace(self.tasks[at], deadline=reading.deadline, milestones=reading.milestones)
            if reading.problem:
                self.deadline_problems.append(reading.problem)
        self.shared.add("deadline")


def share_entered_values(before: ParsedRow, edit: RowEdit, metadata: ParsedMeeting) -> None:
    """Give values that were entered once to all the tasks they are meant for."""
    for name in _COLUMNS:
        for at, old in enumerate(before.tasks):
            if _has_value(edit.tasks[at], name) and not _has_value(old, name):
                _fill_down(edit, name, at, metadata)
    _split_numbered_texts(before, edit, metadata)


def append_task(edit: RowEdit, metadata: ParsedMeeting) -> None:
    """Add an empty task that has the last one's people and deadline."""
    last = edit.tasks[-1]
    edit.tasks.append(replace(last, text="", milestones=()))
    edit.shared |= {"departments", "leaders"}
    if read_deadline(last.deadline.text, issued_on=metadata.issued_on, held_on=metadata.held_on).milestones:
        places = [at for at, task in enumerate(edit.tasks) if task.deadline.text == last.deadline.text]
        edit.share_deadline(places, last.deadline.text, metadata)


def renumber_tasks(tasks: Iterable[ParsedTask]) -> tuple[ParsedTask, ...]:
    """Return the tasks numbered from 1, a single one without a number."""
    numbered = [replace(task, number=number) for number, task in enumerate(tasks, start=1)]
    return tuple(numbered) if len(numbered) != 1 else (replace(numbered[0], number=None),)


def _has_value(task: ParsedTask, name: str) -> bool:
    return bool(task.deadline.text if name == "deadline" else getattr(task, name))


def _fill_down(edit: RowEdit, name: str, at: int, metadata: ParsedMeeting) -> None:
    """Give the value of the task at ``at`` to those below it that have none."""
    below = [place for place in range(at + 1, len(edit.tasks)) if not _has_value(edit.tasks[place], name)]
    if name == "deadline" and below:
        edit.share_deadline([at, *below], edit.tasks[at].deadline.text, metadata)
        return
    for place in below:
        edit.tasks[place] = replace(edit.tasks[place], **{name: getattr(edit.tasks[at], name)})
        edit.shared.add(name)


def _split_numbered_texts(before: ParsedRow, edit: RowEdit, metadata: ParsedMeeting) -> None:
    """Split newly entered numbered texts into tasks with a lead-in."""
    tasks, edit.tasks = edit.tasks, []
    lead_in = edit.base.lead_in
    for at, task in enumerate(tasks):
        introduction, parts = split_numbered_parts(task.text, len(edit.tasks) + 1)
        was_numbered = split_numbered_parts(before.tasks[at].text, at + 1)[1][0].number is not None
        is_numbered = task.text != before.tasks[at].text and not was_numbered and parts[0].number is not None
        if not is_numbered or len(parts) > MAX_TASKS or (introduction and (edit.tasks or lead_in)):
            edit.tasks.append(task)
            continue
        lead_in = lead_in or introduction
        first = len(edit.tasks)
        edit.tasks += [replace(task, text=part.text.rstrip("；; \n")) for part in parts]
        if len(parts) > 1:
            edit.shared |= {name for name in _COLUMNS if _has_value(task, name)}
            if task.deadline.text:
                edit.share_deadline(range(first, len(edit.tasks)), task.deadline.text, metadata)
    edit.base = replace(edit.base, lead_in=lead_in)

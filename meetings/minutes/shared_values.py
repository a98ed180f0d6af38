"""Values that a row's form has once for several tasks: numbers, people, dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from meetings.deadlines import DeadlineProblem, read_deadline, read_row_deadlines
from meetings.minutes.parser.ordinals import split_numbered_parts
from meetings.minutes.parser.schema import ParsedMeeting, ParsedRow, ParsedTask

#: The most tasks that one text is taken apart into; a printed row has three or four.
MAX_TASKS = 40
_COLUMNS = ("departments", "leaders", "deadline")


@dataclass(slots=True)
class SharedValues:
    """Tasks given values entered once: the columns, and doubts about deadlines."""

    tasks: list[ParsedTask]
    columns: set[str] = field(default_factory=set)
    deadline_problems: list[DeadlineProblem] = field(default_factory=list)

    def share_deadline(self, places: Sequence[int], text: str, metadata: ParsedMeeting) -> None:
        """Read the cell ``text`` for the tasks at ``places`` together."""
        texts = [self.tasks[at].text for at in places]
        readings = read_row_deadlines(text, texts, issued_on=metadata.issued_on, held_on=metadata.held_on)
        for at, reading in zip(places, readings, strict=True):
            self.tasks[at] = replace(self.tasks[at], deadline=reading.deadline, milestones=reading.milestones)
            if reading.problem:
                self.deadline_problems.append(reading.problem)
        self.columns.add("deadline")


def share_entered_values(
    before: ParsedRow, entered: ParsedRow, metadata: ParsedMeeting
) -> tuple[ParsedRow, SharedValues]:
    """Return the row ``entered`` with values entered once given to all their tasks."""
    shared = SharedValues(list(entered.tasks))
    for name in _COLUMNS:
        for at, old in enumerate(before.tasks):
            if _has_value(shared.tasks[at], name) and not _has_value(old, name):
                _fill_down(shared, name, at, metadata)
    lead_in = _split_numbered_texts(before, entered, shared, metadata)
    return replace(entered, tasks=renumber_tasks(shared.tasks), lead_in=lead_in), shared


def append_task(tasks: Sequence[ParsedTask], empty: ParsedTask, metadata: ParsedMeeting) -> SharedValues:
    """Return the tasks with an empty one that has the last one's people and deadline."""
    if not tasks:
        return SharedValues([empty])
    last = tasks[-1]
    shared = SharedValues([*tasks, replace(last, text="", milestones=())], {"departments", "leaders"})
    several = read_deadline(last.deadline.text, issued_on=metadata.issued_on, held_on=metadata.held_on).milestones
    if several:
        places = [at for at, task in enumerate(shared.tasks) if task.deadline.text == last.deadline.text]
        shared.share_deadline(places, last.deadline.text, metadata)
    return SharedValues(list(renumber_tasks(shared.tasks)), shared.columns, shared.deadline_problems)


def renumber_tasks(tasks: Iterable[ParsedTask]) -> tuple[ParsedTask, ...]:
    """Return the tasks numbered from 1, a single one without a number."""
    numbered = [replace(task, number=number) for number, task in enumerate(tasks, start=1)]
    return tuple(numbered) if len(numbered) != 1 else (replace(numbered[0], number=None),)


def _has_value(task: ParsedTask, name: str) -> bool:
    return bool(task.deadline.text if name == "deadline" else getattr(task, name))


def _fill_down(shared: SharedValues, name: str, at: int, metadata: ParsedMeeting) -> None:
    """Give the value of the task at ``at`` to those below it that have none."""
    below = [place for place in range(at + 1, len(shared.tasks)) if not _has_value(shared.tasks[place], name)]
    if not below:
        return
    if name == "deadline":
        shared.share_deadline([at, *below], shared.tasks[at].deadline.text, metadata)
        return
    for place in below:
        shared.tasks[place] = replace(shared.tasks[place], **{name: getattr(shared.tasks[at], name)})
    shared.columns.add(name)


def _split_numbered_texts(before: ParsedRow, entered: ParsedRow, shared: SharedValues, metadata: ParsedMeeting) -> str:
    """Split newly entered numbered texts into tasks; return the lead-in."""
    lead_in, tasks = entered.lead_in, shared.tasks
    shared.tasks = []
    for at, task in enumerate(tasks):
        introduction, parts = split_numbered_parts(task.text, len(shared.tasks) + 1)
        was_numbered = split_numbered_parts(before.tasks[at].text, at + 1)[1][0].number is not None
        is_numbered = task.text != before.tasks[at].text and not was_numbered and parts[0].number is not None
        if not is_numbered or len(parts) > MAX_TASKS or (introduction and (shared.tasks or lead_in)):
            shared.tasks.append(task)
            continue
        lead_in = lead_in or introduction
        first = len(shared.tasks)
        shared.tasks += [replace(task, text=part.text.rstrip("；; \n")) for part in parts]
        if len(parts) > 1:
            shared.columns |= {name for name in _COLUMNS if _has_value(task, name)}
            if task.deadline.text:
                shared.share_deadline(range(first, len(shared.tasks)), task.deadline.text, metadata)
    return lead_in

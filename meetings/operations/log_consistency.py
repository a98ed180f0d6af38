"""Checks that texts, departments, evidence and instructions agree with the logs.

Only the number of names is compared: departments and people are renamed and merged, and the log keeps the name of its
day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from meetings.models import EntryKind, Evidence, Instruction, Task, TaskLog
from meetings.models.log import REPORTED_BY
from meetings.models.task import TASK_TEXTS

# Entries or rows that are checked at a time.
PORTION = 1000


def check_task(task: Task, log: Iterable[TaskLog]) -> Iterator[str]:
    """Yield a message where ``task`` differs from what its log says.

    ``log`` is ordered by sequence; its departments and leaders are prefetched.
    """
    last: dict[str, Any] = {}
    for entry in log:
        last |= {name: change.get("new") for name, change in entry.changes.items() if isinstance(change, dict)}
    differing = [name for name in TASK_TEXTS if name in last and getattr(task, name) != last[name]]
    if "departments" in last:
        roles = [part.role for part in task.task_departments.all()]
        if roles != [part["role"] for part in last["departments"]]:
            differing.append("departments")
    if "leaders" in last and len(task.task_leaders.all()) != len(last["leaders"]):
        differing.append("leaders")
    if (task.joined_into_id is not None) != ("joined_into" in last):
        differing.append("joined_into")
    if differing:
        yield _("“%(task)s” (task %(pk)s): what its log records last stands otherwise: %(names)s.") % {
            "task": task,
            "pk": task.pk,
            "names": ", ".join(sorted(differing)),
        }


def check_evidence() -> Iterator[str]:
    """Yield a message for each entry whose files of evidence differ or are gone."""
    entries = TaskLog.objects.filter(Q(changes__has_key="evidence") | Q(changes__has_key="evidence_deleted"))
    # An entry written again by consent repeats the first one, which keeps the files.
    entries = entries.exclude(changes__has_key=REPORTED_BY).select_related("task").prefetch_related("evidence")
    for entry in entries.order_by("pk").iterator(PORTION):
        added, removed = _files_of(entry, "evidence"), _files_of(entry, "evidence_deleted")
        has_added = not added or added == _count(entry.evidence.all())
        if not has_added or removed != (_count(Evidence.objects.filter(removal=entry)) if removed else Counter()):
            yield _entry_fault(entry, _("its files of evidence are not those that it names"))
    taken_away = Evidence.objects.filter(removal__isnull=False).exclude(removal__changes__has_key="evidence_deleted")
    for file in taken_away.select_related("removal__task").order_by("pk").iterator(PORTION):
        assert file.removal is not None  # by the filter
        yield _entry_fault(file.removal, _("its files of evidence are not those that it names"))


def check_instructions() -> Iterator[str]:
    """Yield a message for each entry whose instruction differs or is gone."""
    entries = TaskLog.objects.filter(kind=EntryKind.INSTRUCTION).select_related("task", "instructs")
    for entry in entries.order_by("pk").iterator(PORTION):
        instruction = getattr(entry, "instructs", None)
        if not entry.withdraws_instruction and (instruction is None or instruction.text != entry.note):
            yield _entry_fault(entry, _("its instruction is not what it says"))
    answered = Instruction.objects.filter(answer__isnull=False).select_related("answer__task").order_by("pk")
    for instruction in answered.iterator(PORTION):
        answer = instruction.answer
        assert answer is not None  # by the filter
        if answer.kind != EntryKind.ANSWER and not answer.withdraws_instruction:
            yield _entry_fault(answer, _("it answers no instruction"))


def _files_of(entry: TaskLog, name: str) -> Counter[tuple[str, str]]:
    files: Sequence[Mapping[str, str]] = entry.changes.get(name, {}).get("new") or ()
    return Counter((file["name"], file["sha256"]) for file in files)


def _count(evidence: Iterable[Evidence]) -> Counter[tuple[str, str]]:
    return Counter((file.name, file.sha256) for file in evidence)


def _entry_fault(entry: TaskLog, fault: str) -> str:
    return _("“%(task)s” (task %(pk)s): entry %(sequence)s of its log: %(fault)s.") % {
        "task": entry.task,
        "pk": entry.task_id,
        "sequence": entry.sequence,
        "fault": fault,
    }

"""Tasks, entered and moved by the verbs of `meetings.tasks.services`, and what belongs to a task."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_tasks.base import TaskResult

from meetings.deadlines import Deadline
from meetings.models import (
    Account,
    Batch,
    Department,
    DepartmentRole,
    EntryKind,
    Evidence,
    ExtensionRequest,
    Instruction,
    Person,
    Suggestion,
    Task,
    TaskLog,
)
from meetings.tasks.exports import write_list
from meetings.tasks.services.batch import build_task_changes, run_batch
from meetings.tasks.services.creation import create_task
from meetings.tasks.services.evidence import add_evidence, delete_evidence
from meetings.tasks.services.extensions import request_extension
from meetings.tasks.services.instructions import give_instruction
from meetings.tasks.services.log import write_entry
from meetings.tasks.services.status import update_task

from .meetings import deadline, suggestion
from .organisation import department, person, secretariat


def task(
    of: Suggestion | None = None,
    *,
    deadline: str | Deadline = "2023.12",
    departments: Sequence[tuple[Department, str]] | None = None,
    leaders: Sequence[Person] | None = None,
    milestones: Sequence[str | Deadline] = (),
    **fields: Any,
) -> Task:
    """Enter the next task of a suggestion, as importing does.

    ``departments`` are pairs of department and role; left out, 技术部 is responsible and 肖良 supervises.
    ``fields`` go to `create_task`.
    """
    of = of or suggestion()
    number = fields.pop("number", of.tasks.count() + 1)
    return create_task(
        suggestion=of,
        number=number,
        text=fields.pop("text", f"落实第{of.position}项建议的第{number}项工作。"),
        deadline=_deadline(deadline),
        departments=[(department(), DepartmentRole.RESPONSIBLE)] if departments is None else departments,
        leaders=[person()] if leaders is None else leaders,
        milestones=[_deadline(milestone) for milestone in milestones],
        **fields,
    )


def progress(
    of: Task, note: str = "按计划推进。", *, on: datetime.date, by: Account | None = None, **more: Any
) -> TaskLog:
    """Report progress effective on ``on``; ``by`` the secretariat unless somebody is named. Refreshes the task."""
    return act(update_task, of, by, effective_on=on, note=note, **more)


def move(
    of: Task, status: str, *, on: datetime.date, note: str = "经秘书处研究。", by: Account | None = None
) -> TaskLog:
    """Change the status effective on ``on``; ``by`` the secretariat unless somebody is named. Refreshes the task."""
    return act(update_task, of, by, effective_on=on, status=status, note=note)


def entry(
    of: Task,
    *,
    kind: EntryKind = EntryKind.DEADLINE,
    effective_on: datetime.date,
    changes: dict[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> TaskLog:
    """Write an entry that no verb writes (yet), with intervals and current columns. Refreshes the task."""
    fields = {"actor": None, **fields}
    of.refresh_from_db()
    return write_entry(of, kind=kind, effective_on=effective_on, changes=changes or {}, **fields)


def evidence(of: Task, *, deleted: bool = False, name: str = "验收报告.pdf") -> Evidence:
    """Keep a small PDF as evidence of a task. Refreshes the task."""
    upload = SimpleUploadedFile(name, b"%PDF-1.7")
    entry = act(add_evidence, of, None, files=[upload], effective_on=timezone.localdate())
    kept = entry.evidence.get()
    if deleted:
        delete_evidence(evidence_id=kept.pk, version=of.version, actor=secretariat())
        of.refresh_from_db()
    return kept


def extension_request(of: Task, *, days: int = 3650) -> ExtensionRequest:
    """Ask for a deadline ``days`` later than the present one. Refreshes the task."""
    assert of.due_date is not None
    later = (of.due_date + datetime.timedelta(days=days)).isoformat()
    reasons = {"reason": "供应商更换。", "progress": "过半。"}
    return act(request_extension, of, None, effective_on=timezone.localdate(), deadline_text=later, **reasons)


def instruction(of: Task, leader: Person, text: str = "请抓紧落实。") -> Instruction:
    """Record an instruction of today by ``leader``, who supervises the task. Refreshes the task."""
    return act(give_instruction, of, None, leader=leader, text=text, effective_on=timezone.localdate())


def batch(*tasks: Task, by: Account | None = None, note: str = "统一更新。", **wish: Any) -> Batch:
    """Change tasks together, effective today; progress unless ``wish`` says otherwise. Refreshes the tasks."""
    for task in tasks:
        task.refresh_from_db()
    said = {"effective_on": timezone.localdate(), "note": note, **wish}
    wishes = build_task_changes({task.pk: task.version for task in tasks}, **said)
    made = run_batch(changes=wishes, actor=by or secretariat(), note=note).batch
    for task in tasks:
        task.refresh_from_db()
    return made


def _deadline(written: str | Deadline) -> Deadline:
    return deadline(written) if isinstance(written, str) else written


def act(service: Callable[..., Any], of: Task, by: Account | None, **arguments: Any) -> Any:
    """Call a service on the task as it is at the moment, and read the task again."""
    of.refresh_from_db()
    made = service(task_id=of.pk, version=of.version, actor=by or secretariat(), **arguments)
    of.refresh_from_db()
    return made


def export(by: Account) -> TaskResult:
    """Return the job of a workbook that ``by`` waits for."""
    return write_list.enqueue(
        key="0" * 32,
        asked_by=by.pk,
        language="zh-hans",
        name="台账.xlsx",
        row_count=1,
        query="",
        day=timezone.localdate().isoformat(),
        columns=[],
    )

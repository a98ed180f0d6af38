"""One small world for all tests: plain functions that make rows the way the register itself makes them.

Every argument has a sensible default, so that a test names only what it is about. Tasks are entered and moved by the
verbs of `meetings.tasks.services`, so their log and intervals are what a person's work would have left behind.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.models import (
    Account,
    Aspect,
    Batch,
    Department,
    DepartmentRole,
    DocumentFormat,
    EntryKind,
    Evidence,
    ExtensionRequest,
    FillInState,
    FillInUpload,
    Instruction,
    Meeting,
    MinutesDocument,
    Person,
    Role,
    Status,
    Suggestion,
    SuggestionSource,
    Task,
    TaskLog,
)
from meetings.tasks.services.batch import run_batch, same_for_all
from meetings.tasks.services.creation import enter_task
from meetings.tasks.services.evidence import add_evidence, delete_evidence
from meetings.tasks.services.extensions import ask_for_extension
from meetings.tasks.services.instructions import give_instruction
from meetings.tasks.services.log import write_entry
from meetings.tasks.services.status import update_task

from .cached_world import remembered

# Not as low as the numbers of real notices.
_numbers = count(1001)


# --- organisation and accounts ------------------------------------------------------------------


def department(name: str = "技术部", **fields: Any) -> Department:
    """Return the department of this name, made if it is not there."""
    return Department.objects.get_or_create(name=name, defaults=fields)[0]


def person(name: str = "肖良", unit: str = "") -> Person:
    """Return the person of this name and unit, made if not there."""
    return Person.objects.get_or_create(name=name, unit=unit)[0]


def account(
    role: str = Role.READER,
    *,
    username: str | None = None,
    password: str | None = None,
    departments: Iterable[Department] = (),
    person: Person | None = None,
    **fields: Any,
) -> Account:
    """Make an account; without a ``password`` it is for `client.force_login`, for hashing one takes its time.

    A leader without a ``person`` is 肖良.
    """
    if role == Role.LEADER and person is None:
        person = Person.objects.get_or_create(name="肖良", unit="")[0]
    made = Account.objects.create_user(
        username or f"{role}-{next(_numbers)}",
        password,
        **{"role": role, "display_name": str(Role(role).label), "person": person, **fields},
    )
    made.departments.set(departments)
    return made


# --- meetings and suggestions -------------------------------------------------------------------


def meeting(issued_on: datetime.date = datetime.date(2023, 11, 8), **fields: Any) -> Meeting:
    """Make a meeting whose minutes were issued on ``issued_on``."""
    number = next(_numbers)
    defaults = {
        "title": f"认可委员会第{number}次会议",
        "body": "认可委员会",
        "document_number": f"认可委（秘）〔{issued_on.year}〕{number}号",
        "held_on": issued_on - datetime.timedelta(days=30),
        "place": "北京",
    }
    return Meeting.objects.create(issued_on=issued_on, **{**defaults, **fields})


def suggestion(
    of: Meeting | None = None,
    *,
    aspect: str = "强化认可服务",
    sources: Sequence[tuple[Person, str]] = (),
    **fields: Any,
) -> Suggestion:
    """Make the next suggestion of a meeting; ``sources`` are pairs of person and capacity in printed order."""
    of = of or meeting()
    position = of.suggestions.count() + 1
    row, _made = Aspect.objects.get_or_create(meeting=of, title=aspect, defaults={"position": of.aspects.count() + 1})
    defaults = {"position": position, "number": position, "text": f"建议进一步完善第{position}项工作。"}
    made = Suggestion.objects.create(meeting=of, aspect=row, **{**defaults, **fields})
    SuggestionSource.objects.bulk_create(
        SuggestionSource(suggestion=made, person=who, capacity=capacity, position=place)
        for place, (who, capacity) in enumerate(sources, start=1)
    )
    return made


def minutes_document(by: Account | None, *, meeting: Meeting | None = None, **fields: Any) -> MinutesDocument:
    """Keep a small text as the draft of ``by``, or as the file that ``meeting`` was made of."""
    content = b"No."
    defaults = {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "format": DocumentFormat.TEXT,
        "original_name": "纪要.txt",
        "uploaded_by": by,
        "meeting": meeting,
        "accepted_at": timezone.now() if meeting else None,
    }
    made = MinutesDocument(**{**defaults, **fields})
    made.file.save("", ContentFile(content), save=False)
    made.save()
    return made


def fill_in_upload(by: Account, *, batch: Batch | None = None, **fields: Any) -> FillInUpload:
    """Keep a workbook in which nothing is new as handed in by ``by``; with a ``batch`` it is accepted."""
    content = b"PK"
    defaults = {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "original_name": "填报表.xlsx",
        "content": {"rows": [], "notices": []},
        "state": FillInState.ACCEPTED if batch else FillInState.WAITING,
    }
    made = FillInUpload(uploaded_by=by, batch=batch, **{**defaults, **fields})
    made.file.save("", ContentFile(content), save=False)
    made.save()
    return made


# --- deadlines ----------------------------------------------------------------------------------


def dated(day: datetime.date, *, text: str | None = None, precision: Precision = Precision.DAY) -> Deadline:
    """Return a deadline that falls due on ``day``."""
    return Deadline(text or day.isoformat(), DeadlineKind.DATED, day, precision)


def deadline(text: str) -> Deadline:
    """Return the deadline a simple ``text`` means: 2023.12, 2023-12-15, 每月, 每季度, 下次会议, 待定, or else ongoing.

    A small reading of its own, so that a fault of `meetings.deadlines` shows in its own tests and not in all.
    """
    if match := re.fullmatch(r"(\d{4})\.(\d{1,2})", text):
        year, month = int(match[1]), int(match[2])
        return dated(datetime.date(year, month, monthrange(year, month)[1]), text=text, precision=Precision.MONTH)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dated(datetime.date.fromisoformat(text))
    if text in ("每月", "每季度"):
        return Deadline(text, DeadlineKind.RECURRING, review_months={"每月": 1, "每季度": 3}[text])
    if text == "下次会议":
        return Deadline(text, DeadlineKind.NEXT_MEETING)
    return Deadline(text, DeadlineKind.UNDECIDED if text == "待定" else DeadlineKind.ONGOING)


# --- tasks --------------------------------------------------------------------------------------


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
    ``fields`` go to `actions.enter_task`.
    """
    of = of or suggestion()
    number = fields.pop("number", of.tasks.count() + 1)
    return enter_task(
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
    return _verb(update_task, of, by, effective_on=on, note=note, **more)


def move(
    of: Task, status: str, *, on: datetime.date, note: str = "经秘书处研究。", by: Account | None = None
) -> TaskLog:
    """Change the status effective on ``on``; ``by`` the secretariat unless somebody is named. Refreshes the task."""
    return _verb(update_task, of, by, effective_on=on, status=status, note=note)


def entry(
    of: Task,
    *,
    kind: str = EntryKind.DEADLINE,
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
    entry = _verb(add_evidence, of, None, files=[upload], effective_on=timezone.localdate())
    kept = entry.evidence.get()
    if deleted:
        delete_evidence(evidence_id=kept.pk, version=of.version, actor=secretariat())
        of.refresh_from_db()
    return kept


def extension_request(of: Task, *, days: int = 3650) -> ExtensionRequest:
    """Ask for a deadline ``days`` later than the present one. Refreshes the task."""
    later = of.due_date + datetime.timedelta(days=days)
    said = {"reason": "供应商更换。", "progress": "过半。", "deadline_text": later.isoformat()}
    return _verb(ask_for_extension, of, None, effective_on=timezone.localdate(), **said)


def instruction(of: Task, leader: Person, text: str = "请抓紧落实。") -> Instruction:
    """Record an instruction of today by ``leader``, who supervises the task. Refreshes the task."""
    return _verb(give_instruction, of, None, leader=leader, text=text, effective_on=timezone.localdate())


def batch(*tasks: Task, by: Account | None = None, note: str = "统一更新。", **wish: Any) -> Batch:
    """Change tasks together, effective today; progress unless ``wish`` says otherwise. Refreshes the tasks."""
    for task in tasks:
        task.refresh_from_db()
    said = {"effective_on": timezone.localdate(), "note": note, **wish}
    wishes = same_for_all({task.pk: task.version for task in tasks}, **said)
    made = run_batch(wishes=wishes, actor=by or secretariat(), note=note).batch
    for task in tasks:
        task.refresh_from_db()
    return made


def secretariat() -> Account:
    """Return the secretariat's account that helpers act as, made if it is not there."""
    return Account.objects.filter(username="秘书处").first() or account(Role.SECRETARIAT, username="秘书处")


def _deadline(written: str | Deadline) -> Deadline:
    return deadline(written) if isinstance(written, str) else written


def _verb(verb, of: Task, by: Account | None, **arguments: Any) -> TaskLog:
    of.refresh_from_db()
    made = verb(task_id=of.pk, version=of.version, actor=by or secretariat(), **arguments)
    of.refresh_from_db()
    return made


# --- the world ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmallWorld:
    """What `small_world` made. Each task is named after its health at the end of ``day``."""

    day: datetime.date
    meeting: Meeting
    technology: Department
    office: Department
    international: Department
    supervisor: Person
    liaison: Account
    other_liaison: Account
    supporting_liaison: Account
    leader: Account
    secretariat: Account
    reader: Account
    administrator: Account
    overdue: Task
    review_missed: Task
    undecided: Task
    due_soon: Task
    on_track: Task
    closed: Task
    terminated: Task

    @property
    def accounts(self) -> dict[str, Account]:
        """One account of each role, by role."""
        names = ("secretariat", "liaison", "leader", "reader", "administrator")
        return {name: getattr(self, name) for name in names}

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks by their health on ``day``."""
        names = ("overdue", "review_missed", "undecided", "due_soon", "on_track", "closed", "terminated")
        return {name: getattr(self, name) for name in names}


@remembered
def small_world(day: datetime.date) -> SmallWorld:
    """Make one meeting, three departments, an account per role, and a task in each health on ``day``.

    ``day`` is today in Asia/Shanghai unless given and not in the future. 技术部 (``liaison``, ``leader``) answers
    for all but ``review_missed``, which is 办公室's (``other_liaison``); for ``undecided`` 国际部
    (``supporting_liaison``) supports.
    """

    def ago(days: int) -> datetime.date:
        return day - datetime.timedelta(days=days)

    technology, office, international = department("技术部"), department("办公室"), department("国际部")
    xiao, zhang = person("肖良"), person("张朝华")
    staff = account(Role.SECRETARIAT, username="秘书处", display_name="秘书处")
    held = meeting(
        issued_on=ago(200),
        title="认可委员会第五届执行委员会第二次会议",
        document_number="认可委（秘）〔2023〕18号",
        held_on=ago(230),
        chair=zhang,
        overall_lead=zhang,
    )
    first = suggestion(
        held,
        aspect="加强认可宣传",
        text="建议进一步提高认可的影响力和认可度。",
        lead_in="持续扩大认可的影响力。",
        sources=[(person("刘仲书"), "执委"), (person("易春"), "信息技术专业委员会委员")],
    )
    second = suggestion(
        held, aspect="强化认可服务", text="希望搭建认可规则的培训平台。", sources=[(person("黄继先"), "执委")]
    )
    responsible = {"departments": [(technology, DepartmentRole.RESPONSIBLE)], "leaders": [xiao]}
    overdue = task(first, deadline=dated(ago(10)), text="建立信息宣传工作小组", **responsible)
    review_missed = task(
        first,
        deadline="持续跟踪",
        text="与主流媒体加强宣传合作",
        departments=[(office, DepartmentRole.RESPONSIBLE)],
        leaders=[zhang],
    )
    undecided = task(
        first,
        deadline="待定",
        text="组织开展认可政务信息工作培训",
        departments=[(technology, DepartmentRole.LEAD), (international, DepartmentRole.SUPPORTING)],
        leaders=[xiao, zhang],
    )
    due_soon = task(second, deadline=dated(ago(-10)), text="加大培训课程开发力度", **responsible)
    on_track = task(second, deadline=dated(ago(-200)), text="建立培训网络平台", **responsible)
    closed = task(second, deadline=dated(ago(40)), text="编制培训计划", **responsible)
    terminated = task(second, deadline=dated(ago(5)), text="编印纸质培训教材", **responsible)
    progress(undecided, "已完成培训需求调研。", on=ago(5), by=staff)
    progress(on_track, "平台建设方案已通过评审。", on=ago(15), by=staff)
    move(closed, Status.CLOSED, on=ago(50), note="培训计划已印发。", by=staff)
    move(terminated, Status.TERMINATED, on=ago(30), note="改为网上提供，不再编印。", by=staff)
    return SmallWorld(
        day=day,
        meeting=held,
        technology=technology,
        office=office,
        international=international,
        supervisor=xiao,
        liaison=account(Role.LIAISON, username="技术部联络员", departments=[technology]),
        other_liaison=account(Role.LIAISON, username="办公室联络员", departments=[office]),
        supporting_liaison=account(Role.LIAISON, username="国际部联络员", departments=[international]),
        leader=account(Role.LEADER, username="肖良", display_name="肖良", person=xiao),
        secretariat=staff,
        reader=account(Role.READER, username="只读", display_name="只读"),
        administrator=account(Role.ADMINISTRATOR, username="管理员", display_name="管理员"),
        overdue=overdue,
        review_missed=review_missed,
        undecided=undecided,
        due_soon=due_soon,
        on_track=on_track,
        closed=closed,
        terminated=terminated,
    )

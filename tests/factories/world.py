"""The small world: a meeting, an account for each role and a task in each health."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.devtools import synthetic
from meetings.models import Account, Department, DepartmentRole, Meeting, Person, Role, Status, Task, TaskDepartment
from tests.cached_world import remembered, remembered_rows

from .meetings import dated, meeting, suggestion
from .organisation import account, department, person
from .tasks import move, progress, task


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
    responsible: dict[str, Any] = {"departments": [(technology, DepartmentRole.RESPONSIBLE)], "leaders": [xiao]}
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


@remembered_rows
def real_meeting() -> None:
    """Load meeting 81, the real one of the project."""
    call_command("loaddata", "meeting_81", verbosity=0)


@remembered_rows
def living_register() -> None:
    """The real meeting among three hundred tasks of sixty departments."""
    real_meeting()
    # As of one day: what has happened until today, and so what waits first, changes from day to day.
    synthetic.generate(300, seed=7, today=datetime.date(2026, 11, 20))
    tasks = Task.objects.filter(suggestion__meeting__title__contains="演练", status__in=OPEN_STATUSES)
    missing = 60 - Department.objects.count()
    TaskDepartment.objects.bulk_create(
        TaskDepartment(task=task, department=department(f"专业委员会工作{number}部"), position=9)
        for number, task in enumerate(tasks.order_by("pk")[:missing], 1)
    )

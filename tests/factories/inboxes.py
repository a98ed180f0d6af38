"""Something to do for each role that has an inbox."""

from __future__ import annotations

import datetime

from django.utils import timezone

from meetings.models import Account, Department, DepartmentRole, Person, Role, Suggestion, Task
from meetings.tasks.services.closure import request_closure, send_back
from meetings.tasks.services.reminders import remind_departments

from .meetings import meeting, suggestion
from .organisation import account, secretariat
from .tasks import act, extension_request, instruction, progress, task


def fill_inboxes(department: Department, leader: Person) -> dict[str, Account]:
    """Let something wait in every group of every inbox; return whose they are, by role."""
    of_department = [(department, DepartmentRole.RESPONSIBLE)]
    liaison = account(Role.LIAISON, departments=[department])
    agreed = suggestion(meeting(leader_agrees_before_closure=True))

    def new_task(of: Suggestion | None = None) -> Task:
        return task(of, departments=of_department, leaders=[leader], deadline="2080.12")

    day = timezone.localdate()
    task(departments=of_department, deadline="2023.12")
    new_task(suggestion(meeting(acknowledgement_asked_on=day)))
    # Farther back than a liaison may go without consent.
    progress(new_task(), on=day - datetime.timedelta(days=100), by=liaison)
    extension_request(new_task())
    instruction(new_task(), leader)
    act(remind_departments, new_task(), None, message="请尽快反馈进展。")
    closing, refused, to_agree = new_task(), new_task(), new_task(agreed)
    for one in (closing, refused, to_agree):
        progress(one, on=day, by=liaison)
        act(request_closure, one, liaison, summary="已完成。", effective_on=day)
    act(send_back, refused, None, reason="缺报告。", effective_on=day)
    return {Role.SECRETARIAT: secretariat(), Role.LIAISON: liaison, Role.LEADER: account(Role.LEADER, person=leader)}

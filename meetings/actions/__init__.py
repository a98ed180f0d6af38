"""The verbs that write to the register.

Each is keyword-only and atomic, refuses with one sentence (`meetings.refusals`) before anything is written, writes one
entry of the log, rebuilds the task's intervals and copies the last one into the task, all in the same transaction.
``version`` is the version of the task the person had before their eyes (DESIGN.md, Two people at once);
``effective_on`` the day (Asia/Shanghai) from which the entry counts; ``today`` the present day, for tests.
"""

from .correcting import confirm, edit_assignments, edit_texts
from .entering import enter_task
from .updating import change_status, close, meet_milestone, reopen, report_progress, terminate, update_task
from .writing import written_deadline

__all__ = [
    "change_status",
    "close",
    "confirm",
    "edit_assignments",
    "edit_texts",
    "enter_task",
    "meet_milestone",
    "reopen",
    "report_progress",
    "terminate",
    "update_task",
    "written_deadline",
]

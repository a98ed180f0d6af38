"""The verbs that write to the register.

Each is keyword-only and atomic, refuses with one sentence (`meetings.refusals`) before anything is written, writes one
entry of the log, rebuilds the task's intervals and copies the last one into the task, all in the same transaction.
``version`` is the version of the task the person had before their eyes (DESIGN.md, Two people at once);
``effective_on`` the day (Asia/Shanghai) from which the entry counts; ``today`` the present day, for tests.
"""

from .accounts import change_settings, choose_language, make_calendar_address, revoke_calendar_address
from .closing import accept_closure, agree_to_closure, request_closure, send_back
from .commenting import comment
from .concluding import record_outcome
from .confirming import Correction, answer_marks, confirm
from .correcting import edit_assignments, edit_texts
from .correcting_deadlines import (
    CORRECTED,
    DeadlineAsTyped,
    TypedDeadline,
    correct_deadline,
    milestone_line,
    read_printed,
    read_typed_deadline,
)
from .correcting_tasks import correct_task
from .entering import enter_task
from .evidence import add_evidence, delete_evidence
from .extending import (
    ask_for_extension,
    grant_extension,
    read_meaning,
    read_new_deadline,
    refuse_extension,
    require_later,
    settle_deadline,
)
from .governing import record_next_meeting, set_leader_agrees
from .instructing import answer_instruction, give_instruction
from .reminding import remind
from .reviewing import review_without_news, set_review_interval
from .rules import last_change_of_state
from .updating import (
    change_status,
    close,
    meet_milestone,
    reopen,
    reopen_milestone,
    report_progress,
    terminate,
    update_task,
)
from .writing import written_deadline

__all__ = [
    "TypedDeadline",
    "DeadlineAsTyped",
    "CORRECTED",
    "Correction",
    "accept_closure",
    "add_evidence",
    "agree_to_closure",
    "answer_instruction",
    "answer_marks",
    "ask_for_extension",
    "change_settings",
    "change_status",
    "choose_language",
    "close",
    "comment",
    "confirm",
    "correct_deadline",
    "correct_task",
    "delete_evidence",
    "edit_assignments",
    "edit_texts",
    "enter_task",
    "give_instruction",
    "grant_extension",
    "last_change_of_state",
    "make_calendar_address",
    "meet_milestone",
    "milestone_line",
    "read_meaning",
    "read_new_deadline",
    "read_printed",
    "read_typed_deadline",
    "record_next_meeting",
    "record_outcome",
    "refuse_extension",
    "remind",
    "reopen",
    "reopen_milestone",
    "report_progress",
    "request_closure",
    "require_later",
    "review_without_news",
    "revoke_calendar_address",
    "send_back",
    "set_leader_agrees",
    "set_review_interval",
    "settle_deadline",
    "terminate",
    "update_task",
    "written_deadline",
]

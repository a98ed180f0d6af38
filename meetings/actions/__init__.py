"""The verbs that write to the register.

Each is keyword-only and atomic, refuses with one sentence (`meetings.refusals`) before anything is written, writes one
entry of the log, rebuilds the task's intervals and copies the last one into the task, all in the same transaction.
``version`` is the version of the task the person had before their eyes (DESIGN.md, Two people at once);
``effective_on`` the day (Asia/Shanghai) from which the entry counts; ``today`` the present day, for tests.
"""

from .accounts import (
    change_password,
    change_settings,
    choose_language,
    make_calendar_address,
    note_look,
    revoke_calendar_address,
)
from .arranging import (
    LARGEST_NUMBER,
    add_aspect,
    aspect_named,
    edit_suggestion,
    join_suggestions,
    move_aspect,
    move_suggestion,
    move_to_aspect,
    number_anew,
    remove_aspect,
    remove_suggestion,
    rename_aspect,
    seen_of_suggestion,
    split_suggestion,
)
from .batching import (
    EVERYBODY,
    MOST_ROWS,
    BatchResult,
    DoneAlready,
    NothingToChange,
    Placing,
    PlannedRow,
    Wish,
    check_selection,
    plan_batch,
    run_batch,
    same_for_all,
)
from .closing import accept_closure, agree_to_closure, request_closure, send_back
from .commenting import comment
from .concluding import record_outcome
from .confirming import Correction, answer_marks, confirm
from .correcting import edit_assignments, edit_texts
from .correcting_deadlines import (
    CORRECTED,
    DeadlineAsTyped,
    TypedDeadline,
    check_correctable,
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
from .handing_over import hand_over_departments, hand_over_tasks
from .instructing import answer_instruction, give_instruction
from .managing import edit_account, give_new_password, new_password, open_account
from .meetings import (
    MEETING_TEXTS,
    MeetingFacts,
    create_meeting,
    edit_meeting,
    end_the_wait_for,
    facts_of,
    seen_of_facts,
)
from .merging import Moves, merge_departments, merge_people, moves_of_department, moves_of_person
from .organising import (
    add_department,
    add_person,
    edit_person,
    open_tasks_of,
    rename_department,
    restore_department,
    restore_person,
    retire_department,
    retire_person,
    set_head,
    version_of,
)
from .relating import link_to_earlier
from .reminding import remind
from .reviewing import review_without_news, set_review_interval
from .rules import last_change_of_state, require_secretariat
from .splitting import join_tasks, move_task, split_task
from .table import at_end_of_its_aspect, lay_out, log_of_meeting, ordered_suggestions, seen_of_table
from .undoing import refusal_to_undo, undo_batch
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
from .viewing import begin_with, change_view, choose_columns, delete_view, save_view
from .writing import written_deadline

__all__ = [
    "BatchResult",
    "CORRECTED",
    "Correction",
    "DeadlineAsTyped",
    "DoneAlready",
    "EVERYBODY",
    "LARGEST_NUMBER",
    "MEETING_TEXTS",
    "MOST_ROWS",
    "MeetingFacts",
    "Moves",
    "NothingToChange",
    "Placing",
    "PlannedRow",
    "TypedDeadline",
    "Wish",
    "accept_closure",
    "add_aspect",
    "add_department",
    "add_evidence",
    "add_person",
    "agree_to_closure",
    "answer_instruction",
    "answer_marks",
    "ask_for_extension",
    "aspect_named",
    "at_end_of_its_aspect",
    "begin_with",
    "change_password",
    "change_settings",
    "change_status",
    "change_view",
    "check_correctable",
    "check_selection",
    "choose_columns",
    "choose_language",
    "close",
    "comment",
    "confirm",
    "correct_deadline",
    "correct_task",
    "create_meeting",
    "delete_evidence",
    "delete_view",
    "edit_account",
    "edit_assignments",
    "edit_meeting",
    "edit_person",
    "edit_suggestion",
    "edit_texts",
    "end_the_wait_for",
    "enter_task",
    "facts_of",
    "give_instruction",
    "give_new_password",
    "grant_extension",
    "hand_over_departments",
    "hand_over_tasks",
    "join_suggestions",
    "join_tasks",
    "last_change_of_state",
    "lay_out",
    "link_to_earlier",
    "log_of_meeting",
    "make_calendar_address",
    "meet_milestone",
    "merge_departments",
    "merge_people",
    "milestone_line",
    "move_aspect",
    "move_suggestion",
    "move_task",
    "move_to_aspect",
    "moves_of_department",
    "moves_of_person",
    "new_password",
    "note_look",
    "number_anew",
    "open_account",
    "open_tasks_of",
    "ordered_suggestions",
    "plan_batch",
    "read_meaning",
    "read_new_deadline",
    "read_printed",
    "read_typed_deadline",
    "record_next_meeting",
    "record_outcome",
    "refusal_to_undo",
    "refuse_extension",
    "remind",
    "remove_aspect",
    "remove_suggestion",
    "rename_aspect",
    "rename_department",
    "reopen",
    "reopen_milestone",
    "report_progress",
    "request_closure",
    "require_later",
    "require_secretariat",
    "restore_department",
    "restore_person",
    "retire_department",
    "retire_person",
    "review_without_news",
    "revoke_calendar_address",
    "run_batch",
    "same_for_all",
    "save_view",
    "seen_of_facts",
    "seen_of_suggestion",
    "seen_of_table",
    "send_back",
    "set_head",
    "set_leader_agrees",
    "set_review_interval",
    "settle_deadline",
    "split_suggestion",
    "split_task",
    "terminate",
    "undo_batch",
    "update_task",
    "version_of",
    "written_deadline",
]

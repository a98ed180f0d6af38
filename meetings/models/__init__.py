"""The register's data, in reading order: organisation, account, meeting, suggestion, task, log, intake."""

from .account import Account, Language, Role
from .closure import agreement_to, awaiting_agreement, awaiting_decision, closure_request, needs_agreement
from .confirmation import ConfirmationColumn, ConfirmationMark
from .evidence import Evidence
from .extension import ExtensionRequest, ExtensionStatus
from .instruction import Instruction
from .intake import DocumentFormat, DraftRow, MinutesDocument
from .log import AppendOnly, EntryKind, TaskLog, TaskState
from .meeting import Aspect, Attendance, Meeting, MeetingLead
from .organisation import Department, Person
from .outcome import Outcome, SuggestionOutcome
from .reminders import CalendarAddress, Mailing, MailKind, MailState, SentMail
from .suggestion import Suggestion, SuggestionSource
from .task import (
    ANSWERABLE_ROLES,
    LONGEST_TEXT,
    DeadlineKind,
    DepartmentRole,
    Health,
    Milestone,
    Precision,
    Status,
    Task,
    TaskDepartment,
    TaskLeader,
    worst_health,
)

__all__ = [
    "ANSWERABLE_ROLES",
    "LONGEST_TEXT",
    "Account",
    "AppendOnly",
    "Aspect",
    "Attendance",
    "CalendarAddress",
    "ConfirmationColumn",
    "ConfirmationMark",
    "DeadlineKind",
    "Department",
    "DepartmentRole",
    "DocumentFormat",
    "DraftRow",
    "EntryKind",
    "Evidence",
    "ExtensionRequest",
    "ExtensionStatus",
    "Health",
    "Instruction",
    "Language",
    "MailKind",
    "MailState",
    "Mailing",
    "Meeting",
    "MeetingLead",
    "Milestone",
    "MinutesDocument",
    "Outcome",
    "Person",
    "Precision",
    "Role",
    "SentMail",
    "Status",
    "Suggestion",
    "SuggestionOutcome",
    "SuggestionSource",
    "Task",
    "TaskDepartment",
    "TaskLeader",
    "TaskLog",
    "TaskState",
    "agreement_to",
    "awaiting_agreement",
    "awaiting_decision",
    "closure_request",
    "needs_agreement",
    "worst_health",
]

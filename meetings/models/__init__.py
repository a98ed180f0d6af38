"""The register's data, in reading order: organisation, account, meeting, suggestion, task, log, intake."""

from .account import Account, Role
from .confirmation import ConfirmationColumn, ConfirmationMark
from .intake import DocumentFormat, DraftRow, MinutesDocument
from .log import AppendOnly, EntryKind, TaskLog, TaskState
from .meeting import Aspect, Attendance, Meeting, MeetingLead
from .organisation import Department, Person
from .suggestion import Suggestion, SuggestionSource
from .task import (
    ANSWERABLE_ROLES,
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
    "Account",
    "AppendOnly",
    "Aspect",
    "Attendance",
    "ConfirmationColumn",
    "ConfirmationMark",
    "DeadlineKind",
    "Department",
    "DepartmentRole",
    "DocumentFormat",
    "DraftRow",
    "EntryKind",
    "Health",
    "Meeting",
    "MeetingLead",
    "Milestone",
    "MinutesDocument",
    "Person",
    "Precision",
    "Role",
    "Status",
    "Suggestion",
    "SuggestionSource",
    "Task",
    "TaskDepartment",
    "TaskLeader",
    "TaskLog",
    "TaskState",
    "worst_health",
]

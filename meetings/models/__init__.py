"""The register's models, in reading order."""

from .account import PAGE_SIZES, Account, LandingPage, Language
from .acknowledgement import Acknowledgement
from .append_only import AppendOnlyError
from .batch import Batch, BatchSource, Consent
from .calendar_day import CalendarDay
from .change_log import SIGN_IN_KINDS, ChangeKind, ChangeLog
from .choices import EntryKind, Role
from .closure import (
    awaiting_agreement,
    awaiting_decision,
    closure_agreement,
    closure_request,
    is_agreed,
    last_ending,
    needs_agreement,
)
from .evidence import Evidence
from .extension import ExtensionRequest, ExtensionStatus
from .identity import ExternalIdentity
from .import_issue import ImportIssue, ImportIssueColumn
from .instruction import Instruction
from .letterhead import Letterhead, Paper
from .log import TaskLog, TaskState
from .log_hash import calculate_hash
from .meeting import Aspect, Attendance, Meeting, MeetingLead
from .minutes import DocumentFormat, DraftRow, MinutesDocument, Scan
from .notification import Mailing, MailKind, MailState, SentMail
from .organisation import Department, FormerName, Person
from .outcome import Outcome, SuggestionOutcome
from .robot import Robot, RobotMessage, RobotMessageKind
from .saved_view import SavedView
from .second_factor import FactorKind, Passkey, SecondFactor
from .secret import ApiToken, CalendarAddress, TokenScope
from .suggestion import Suggestion, SuggestionSource
from .task import (
    ANSWERABLE_ROLES,
    MAX_TEXT_LENGTH,
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
from .webhook import Webhook, WebhookMessage
from .workbook import WorkbookHandout, WorkbookState, WorkbookUpload

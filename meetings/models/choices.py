"""What a field has one of, with the labels (docs/domain.md, Words)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.core import lifecycle
from meetings.deadlines import DeadlineKind as Kind, Precision as Exactness


class Role(models.TextChoices):
    """What an account is for."""

    SECRETARIAT = "secretariat", _("Secretariat")
    LIAISON = "liaison", _("Department liaison")
    LEADER = "leader", _("Leader")
    READER = "reader", _("Reader")
    ADMINISTRATOR = "administrator", _("Administrator")


class Status(models.TextChoices):
    """办理状态, with the field's words."""

    NOT_STARTED = lifecycle.Status.NOT_STARTED.value, _("Not started")
    IN_PROGRESS = lifecycle.Status.IN_PROGRESS.value, _("In progress")
    CLOSURE_REQUESTED = lifecycle.Status.CLOSURE_REQUESTED.value, _("Closure requested")
    CLOSED = lifecycle.Status.CLOSED.value, _("Closed")
    TERMINATED = lifecycle.Status.TERMINATED.value, _("Terminated")


class Health(models.TextChoices):
    """预警, in the order in which it should alarm: the worst first."""

    OVERDUE = "overdue", _("Overdue")
    REVIEW_MISSED = "review_missed", _("Review missed")
    UNDECIDED = "undecided", _("Deadline undecided")
    DUE_SOON = "due_soon", _("Due soon")
    ON_TRACK = "on_track", _("On track")
    CLOSED = "closed", _("Closed")
    TERMINATED = "terminated", _("Terminated")

    @property
    def rank(self) -> int:
        """The place in the order of alarm: 0 is the worst."""
        return list(Health).index(self)


class DeadlineKind(models.TextChoices):
    """What a printed deadline asks for."""

    DATED = Kind.DATED.value, _("Dated")
    ONGOING = Kind.ONGOING.value, _("Ongoing")
    RECURRING = Kind.RECURRING.value, _("Recurring")
    NEXT_MEETING = Kind.NEXT_MEETING.value, _("Next meeting")
    UNDECIDED = Kind.UNDECIDED.value, _("Undecided")


class Precision(models.TextChoices):
    """How exactly a dated deadline was printed."""

    DAY = Exactness.DAY.value, _("day")
    MONTH = Exactness.MONTH.value, _("month")
    QUARTER = Exactness.QUARTER.value, _("quarter")
    HALF_YEAR = Exactness.HALF_YEAR.value, _("half-year")
    YEAR = Exactness.YEAR.value, _("year")


class DepartmentRole(models.TextChoices):
    """What a department does for a task, the most answerable role first."""

    LEAD = "lead", _("Lead")
    RESPONSIBLE = "responsible", _("Responsible")
    SUPPORTING = "supporting", _("Supporting")


# Counts "by department" mean these two; supporting is a filter of its own.
ANSWERABLE_ROLES = (DepartmentRole.LEAD, DepartmentRole.RESPONSIBLE)

# What the list's parameters call «no department» and «no leader».
NOBODY = "none"


class EntryKind(models.TextChoices):
    """What an entry of the log is about."""

    ENTERED = "entered", _("Entered in the register")
    PROGRESS = "progress", _("Progress")
    STATUS = "status", _("Change of status")
    DEADLINE = "deadline", _("Change of deadline")
    MILESTONE = "milestone", _("Milestone")
    REVIEW = "review", _("Review")
    TEXTS = "texts", _("Correction of texts")
    ASSIGNMENTS = "assignments", _("Departments and leaders")
    CONFIRMATION = "confirmation", _("Confirmation")
    AGREEMENT = "agreement", _("Agreement")
    EXTENSION = "extension", _("Extension")
    INSTRUCTION = "instruction", _("Instruction")
    ANSWER = "answer", _("Answer to an instruction")
    EVIDENCE = "evidence", _("Evidence")
    COMMENT = "comment", _("Comment")
    OUTCOME = "outcome", _("Outcome of the suggestion")
    REMINDER = "reminder", _("Reminder")
    ARRANGED = "arranged", _("Rearranged")
    UNDONE = "undone", _("Undone")

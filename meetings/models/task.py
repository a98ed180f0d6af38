"""工作任务: what is to be done, by whom, until when, and where it stands on a day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import reduce
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.models import Case, Exists, F, FilteredRelation, Min, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.core import lifecycle
from meetings.core.as_of import known_day

from .choices import ANSWERABLE_ROLES, DeadlineKind, DepartmentRole, Health, Precision, Status
from .deadline_fields import DeadlineFields, dated_constraint
from .fields import PinyinField, StableIdField, optional_reference
from .health import health_condition, health_conditions
from .meeting import Meeting
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet, PrintedPart
from .orders import ORDER_INDEXES, UNASSIGNED, UNSUPERVISED, WithoutIndex
from .organisation import Department, Person
from .prepared import Identified, prefetch_prepared
from .suggestion import Suggestion, SuggestionSource

if TYPE_CHECKING:
    from .log import TaskLog

# The longest text that a person enters or a breakdown table prints in one cell.
MAX_TEXT_LENGTH = 20_000
# The texts that staff correct. Pages, forms, the log's words and exports follow from this list (CONTRIBUTING.md, How to
# add).
TASK_TEXTS = ("text", "remarks")
FURTHER_TEXTS = TASK_TEXTS[1:]
TASK_KEY = (*(f"suggestion__{path}" for path in Suggestion.NATURAL_KEY), "number")
RELATED_TASK_KEY = tuple(f"task__{path}" for path in TASK_KEY)


def _state_columns() -> list[str]:
    """Return the columns of `TaskState` that are the state on a day."""
    fields = apps.get_model("meetings", "TaskState")._meta.concrete_fields
    return [field.attname for field in fields if field.name not in {"id", "task", "since", "until"}]


def _find_health(conditions: list[tuple[Health, Q]], name: Callable[[Health], Any], field: models.Field) -> Case:
    cases = (When(condition, then=Value(name(health))) for health, condition in conditions)
    return Case(*cases, default=Value(name(Health.ON_TRACK)), output_field=field)


class TaskQuerySet(Identified, NaturalKeyQuerySet["Task"]):
    """Tasks, as they stood at the end of a day."""

    def on(self, day: datetime.date) -> Self:
        """Return the tasks in the register on ``day`` with their state of that day.

        Annotates the columns of `TaskState` that hold on the day (Asia/Shanghai) as ``day_…`` (``day_status``,
        ``day_next_due`` …), ``last_report_on``, the day of anybody's last report, ``health``, its rank ``health_rank``
        (0 is the worst) and ``next_day``, the due day or else the review day; for overdue and review-missed tasks that
        is the day missed. For today the task's own columns are read, for a past day the interval that contains it.
        """
        tasks = self._today(day) if day == timezone.localdate() else self._past(day)
        conditions = health_conditions(day, settings.DUE_SOON_DAYS, state="day_")
        return tasks.annotate(
            health=_find_health(conditions, attrgetter("value"), models.CharField()),
            health_rank=_find_health(conditions, attrgetter("rank"), models.SmallIntegerField()),
            next_day=Coalesce("day_next_due", "day_next_review"),
        )

    def _today(self, day: datetime.date) -> Self:
        states = apps.get_model("meetings", "TaskState").objects.filter(task=OuterRef("pk"), until__isnull=True)
        others = {name: Subquery(states.values(name)) for name in ("milestones", "last_report_id")}
        is_issued: Any = LessThanOrEqual(WithoutIndex("issued_on"), day)
        return self.filter(is_issued, joined_into__isnull=True).annotate(
            **{f"day_{name}": others.get(name, F(name)) for name in _state_columns()}, last_report_on=F("reported_on")
        )

    def _past(self, day: datetime.date) -> Self:
        holds = Q(states__since__lte=day, states__until__or_never__gt=day)
        reports = apps.get_model("meetings", "TaskLog").objects.filter(pk=OuterRef("state__last_report")).order_by()
        tasks = self.alias(state=FilteredRelation("states", condition=holds)).filter(state__since__isnull=False)
        if connections[self.db].vendor == "postgresql":
            tasks = tasks.indexed()  # reads only an index; SQLite would scan the index first
        return tasks.annotate(
            **{f"day_{name}": F(f"state__{name}") for name in _state_columns()},
            last_report_on=Subquery(reports.values("effective_on")),  # A join would be repeated for every count.
        )

    def in_health(self, healths: Iterable[str], day: datetime.date) -> Self:
        """Filter by ``healths`` on ``day``, using the indexes of days; needs `on`."""
        return self.filter(reduce(or_, (health_condition(Health(health), day, "day_") for health in healths), Q()))

    def standing(self) -> Self:
        """Exclude tasks joined into another one, which `on` leaves out, too."""
        return self.filter(joined_into__isnull=True)

    def indexed(self) -> Self:
        """Return `standing` in the form the indexes need; not for a day of knowledge."""
        return self if known_day() else self.standing()

    def outside_demonstration(self) -> Self:
        """Exclude the demonstration, about which nobody is notified."""
        return self.filter(suggestion__meeting__is_demonstration=False)

    def in_printed_order(self) -> Self:
        """Order as the breakdown tables print, the newest meeting first."""
        return self.order_by("-issued_on", "-meeting_id", "suggestion_position", "number", "pk")

    def for_listing(self, parts: Iterable[str] = ("departments", "leaders")) -> Self:
        """Load suggestion, aspect, meeting and ``parts`` (a query each), for lists.

        ``parts`` are names in `LISTED_PARTS`. Annotates ``is_single``: alone in its suggestion, it has no number.
        """
        siblings = self.model.objects.standing().filter(suggestion=OuterRef("suggestion")).exclude(pk=OuterRef("pk"))
        tasks = self.select_related("suggestion__meeting", "suggestion__aspect").annotate(is_single=~Exists(siblings))
        return tasks.prefetch_related(*(LISTED_PARTS[part]() for part in parts))

    def with_department_reports(self, day: datetime.date) -> Self:
        """Load each department's own last report by ``day`` (``department_reports``)."""
        reports = apps.get_model("meetings", "TaskLog").objects.last_of_departments
        return self.prefetch_related(prefetch_prepared("log", reports, day, to_attr="department_reports"))

    def with_entered_at(self) -> Self:
        """Annotate when the task was entered in the register (``entered_at``)."""
        first = apps.get_model("meetings", "TaskLog").objects.filter(task=OuterRef("pk"), sequence=1)
        return self.annotate(entered_at=Subquery(first.values("recorded_at")[:1]))

    def with_last_entry_at(self) -> Self:
        """Annotate when the latest entry of the log was recorded (``last_entry_at``)."""
        entries = apps.get_model("meetings", "TaskLog").objects.filter(task=OuterRef("pk")).order_by("-sequence")
        return self.annotate(last_entry_at=Subquery(entries.values("recorded_at")[:1]))

    def with_request(self, text: Combinable, day: Combinable) -> Self:
        """Annotate the pending request and its day (``request_text``, ``requested_on``)."""
        return self.annotate(request_text=text, requested_on=day)

    def with_news(self, is_new: Combinable) -> Self:
        """Annotate whether the task is news to the reader (``is_new``)."""
        return self.annotate(is_new=is_new)

    def with_outcome(self, day: datetime.date) -> Self:
        """Annotate the suggestion's outcome by the end of ``day`` (``day_outcome``)."""
        outcome = apps.get_model("meetings", "SuggestionOutcome")
        return self.annotate(day_outcome=outcome.on(day, path="suggestion__outcome__"))

    def open(self) -> Self:
        """Return those that were open on the day; goes with `on`."""
        return self.filter(day_status__in=lifecycle.OPEN_STATUSES)

    def assigned_to(
        self, departments: Iterable[int | str] | models.QuerySet[Any, Any], roles: Iterable[str] = ANSWERABLE_ROLES
    ) -> Self:
        """Return those in which one of ``departments`` (ids) has one of ``roles``."""
        parts = TaskDepartment.objects.filter(department__in=departments, role__in=roles)
        return self.filter(pk__in=parts.values("task"))

    def unassigned(self) -> Self:
        """Return those without a lead or responsible department."""
        return self.indexed().filter(UNASSIGNED)

    def supervised_by(self, people: Iterable[int | str | None]) -> Self:
        """Return those that one of ``people`` (ids) supervises; no row twice."""
        return self.filter(pk__in=TaskLeader.objects.filter(person__in=people).values("task"))

    def unsupervised(self) -> Self:
        """Return those without a supervising leader."""
        return self.indexed().filter(UNSUPERVISED)


class Task(NaturalKeyModel, DeadlineFields):
    """One thing to be done for a suggestion.

    The columns that change (status, deadline, review …) repeat the last interval of `TaskState`; they are written
    by `meetings.tasks.services` only, together with the log. ``version`` is the number of the last log entry.
    """

    NATURAL_KEY = TASK_KEY

    stable_id = StableIdField()
    suggestion = models.ForeignKey(
        Suggestion, verbose_name=_("suggestion"), on_delete=models.PROTECT, related_name="tasks"
    )
    number = models.PositiveSmallIntegerField(_("task number"), default=1)
    text = models.TextField(_("task"))
    remarks = models.TextField(_("remarks"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.NOT_STARTED)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    original_deadline_text = models.CharField(_("original deadline as printed"), max_length=500, blank=True)
    original_deadline_kind = models.CharField(
        _("kind of original deadline"), max_length=20, choices=DeadlineKind.choices
    )
    original_deadline_precision = models.CharField(
        _("precision of original deadline"), max_length=20, choices=Precision.choices, blank=True
    )
    original_due_date = models.DateField(_("original due date"), null=True, blank=True)
    extension_count = models.PositiveSmallIntegerField(_("extensions"), default=0)
    extension_days = models.IntegerField(_("days gained"), default=0)
    review_interval_months = models.PositiveSmallIntegerField(_("review interval (months)"))
    # Takes precedence over the months where it is set.
    review_interval_days = models.PositiveSmallIntegerField(_("review interval (days)"), null=True, blank=True)
    next_review = models.DateField(_("next review"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    joined_into: models.ForeignKey[Task | None, Task | None] = optional_reference(
        "self",
        _("joined into"),
        "joined",
        db_index=False,
        help_text=_("Is no task of its own any more: it has no state on any day, and is in no list."),
    )
    spelling = PinyinField(of="text")
    # Copies for the filters and orders of today's lists, so that one index covers them: the place in the register,
    # further columns of the last interval, and names. Only triggers write them (migrations 0019 and 0023).
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="tasks", null=True, editable=False
    )
    issued_on = models.DateField(_("issued on"), null=True, editable=False)
    suggestion_position = models.PositiveSmallIntegerField(_("position"), null=True, editable=False)
    next_due = models.DateField(_("due"), null=True, editable=False)
    reported_on = models.DateField(_("latest progress"), null=True, editable=False)
    department_spelling = models.TextField(_("spelling"), null=True, editable=False)  # noqa: DJ001
    leader_spelling = models.TextField(_("spelling"), null=True, editable=False)  # noqa: DJ001
    departments: models.ManyToManyField[Department, TaskDepartment] = models.ManyToManyField(
        Department, verbose_name=_("departments"), through="TaskDepartment", related_name="tasks"
    )
    leaders: models.ManyToManyField[Person, TaskLeader] = models.ManyToManyField(
        Person, verbose_name=_("supervising leaders"), through="TaskLeader", related_name="supervised_tasks"
    )

    objects = TaskQuerySet.as_manager()

    # Annotations: present only on tasks of a queryset whose method adds them.
    day_status: str
    day_closed_on: datetime.date | None
    day_deadline_text: str
    day_deadline_kind: str
    day_deadline_precision: str
    day_due_date: datetime.date | None
    day_extension_count: int
    day_extension_days: int
    day_next_due: datetime.date | None
    day_next_review: datetime.date | None
    day_review_interval_months: int
    day_review_interval_days: int | None
    day_milestones: list[dict[str, Any]]
    day_outcome: str | None
    health: str
    health_rank: int
    next_day: datetime.date | None
    is_single: bool
    next_actor: str
    last_report_on: datetime.date | None
    department_reports: list[TaskLog]
    entered_at: datetime.datetime
    last_entry_at: datetime.datetime
    is_new: bool
    request_text: str | None
    requested_on: datetime.date | None
    claimed_days: list[datetime.date]

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["suggestion", "number"]
        constraints = [
            models.UniqueConstraint(
                name="task_number", fields=["suggestion", "number"], condition=Q(joined_into__isnull=True)
            ),
            models.CheckConstraint(name="task_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="task_has_a_text", condition=~Q(text="")),
            models.CheckConstraint(name="task_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="task_closed_has_a_day",
                condition=Q(status=Status.CLOSED, closed_on__isnull=False)
                | (~Q(status=Status.CLOSED) & Q(closed_on__isnull=True)),
            ),
            models.CheckConstraint(name="task_kind_known", condition=Q(deadline_kind__in=DeadlineKind.values)),
            dated_constraint("task"),
            dated_constraint("task", "original_"),
            models.CheckConstraint(name="task_review_interval", condition=Q(review_interval_months__gte=1)),
            models.CheckConstraint(
                name="task_review_interval_days",
                condition=Q(review_interval_days__isnull=True) | Q(review_interval_days__gte=1),
            ),
        ]
        indexes = [
            # Every page shows the inbox's number; few tasks are waiting, so a partial index is small.
            models.Index(
                name="task_awaits_closure", fields=["suggestion"], condition=Q(status=Status.CLOSURE_REQUESTED)
            ),
            models.Index(name="task_joined", fields=["joined_into"], condition=Q(joined_into__isnull=False)),
            *ORDER_INDEXES,
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("task_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether the task is open now."""
        return self.status in lifecycle.OPEN_STATUSES


class TaskDepartment(PrintedPart):
    """责任部室: a department's part in a task, in printed order."""

    NATURAL_KEY = (*RELATED_TASK_KEY, "position")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="task_departments")
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="task_departments"
    )
    role = models.CharField(
        _("role"), max_length=20, choices=DepartmentRole.choices, default=DepartmentRole.RESPONSIBLE
    )

    class Meta(PrintedPart.Meta):
        verbose_name = _("responsible department")
        verbose_name_plural = _("responsible departments")
        constraints = [
            models.UniqueConstraint(name="task_department_once", fields=["task", "department"]),
            models.UniqueConstraint(name="task_department_position", fields=["task", "position"]),
            models.CheckConstraint(name="task_department_role_known", condition=Q(role__in=DepartmentRole.values)),
        ]
        indexes = [models.Index(name="task_department_tasks", fields=["department", "role", "task"])]

    def __str__(self) -> str:
        return self.department.name


class TaskLeader(PrintedPart):
    """分管领导: a leader who supervises a task, in printed order."""

    NATURAL_KEY = (*RELATED_TASK_KEY, "position")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="task_leaders")
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="task_leaders")

    class Meta(PrintedPart.Meta):
        verbose_name = _("supervising leader")
        verbose_name_plural = _("supervising leaders")
        constraints = [
            models.UniqueConstraint(name="task_leader_once", fields=["task", "person"]),
            models.UniqueConstraint(name="task_leader_position", fields=["task", "position"]),
        ]

    def __str__(self) -> str:
        return self.person.name


class Milestone(PrintedPart, DeadlineFields):
    """A date before the deadline; the task is as late as its first unmet milestone."""

    NATURAL_KEY = (*RELATED_TASK_KEY, "position")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="milestones")
    met_on = models.DateField(_("met on"), null=True, blank=True)

    class Meta(PrintedPart.Meta):
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.UniqueConstraint(name="milestone_position", fields=["task", "position"]),
            dated_constraint("milestone"),
        ]

    def __str__(self) -> str:
        return self.deadline_text


def worst_health(tasks: TaskQuerySet) -> models.QuerySet:
    """Return ``worst`` per suggestion of ``tasks``: the smallest health rank.

    A suggestion has the worst of its open tasks; with none open it is closed, or terminated if all are
    (docs/domain.md, Health on a day). The order of `Health` makes the minimum say exactly that.
    """
    return tasks.order_by().values("suggestion").annotate(worst=Min("health_rank"))


def _rows_with(model: type[models.Model], related: str) -> models.QuerySet:
    return model._default_manager.select_related(related)


# Related rows that a list may show, by the name that `for_listing` takes.
LISTED_PARTS: dict[str, Callable[[], Prefetch]] = {
    "departments": lambda: prefetch_prepared("task_departments", _rows_with, TaskDepartment, "department"),
    "leaders": lambda: prefetch_prepared("task_leaders", _rows_with, TaskLeader, "person"),
    "sources": lambda: Prefetch("suggestion__suggestion_sources", SuggestionSource.objects.select_related("person")),
}

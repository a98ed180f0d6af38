"""Filters of the list of tasks (docs/domain.md, Contracts: query parameters).

Besides the contract's: ``instruction=open``, tasks with an instruction that nobody has answered; ``extended=1`` and
``extended=2``, extended at least so often; ``silent``, a department (id or name) that has a part in the task and has
not reported since the last report of any; ``outcome``, what became of the suggestion, or ``missing`` where its tasks
have ended and none is recorded; ``due``, ``dated`` with a day it falls due on, ``none`` without, ``undecided``,
``in_time`` (closed by then) or ``late`` (not, or after it); ``wish=open``, tasks whose extension request waits for a
decision; ``confirm=open``, tasks with an import issue. All are about the day of the list.

The list, its exports and the command `export_register` all go through `filter_tasks`, so that they hold the same rows.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.as_of import AS_OF, KNOWN_ON, known_day
from meetings.core.text import narrow_letters
from meetings.core.types import StrOrPromise
from meetings.display.fields import join_items, label
from meetings.models import (
    ANSWERABLE_ROLES,
    Account,
    DeadlineKind,
    DepartmentRole,
    ExtensionRequest,
    Health,
    ImportIssue,
    Instruction,
    Outcome,
    Status,
    SuggestionOutcome,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskState,
)
from meetings.models.choices import NOBODY
from meetings.models.task import TaskQuerySet
from meetings.tasks.filter_choices import FilterChoices
from meetings.tasks.filter_fields import IdOrNameFilter, MultiChoiceFilter, SearchTextFilter

from .statistics import CLOSED_IN_TIME, LATE, reported_since_review
from .word_search import find_tasks

# The filters with check boxes: those always shown, and those behind one button, in the order of use.
MAIN_FILTERS = ("health", "department", "leader", "meeting")
FURTHER_FILTERS = (
    "status",
    "aspect",
    "source",
    "supporting",
    "silent",
    "instruction",
    "extended",
    "outcome",
    "due",
    "wish",
    "confirm",
)
DUE_DAYS = ("due_after", "due_before")
# Parameters of the page that are no filters.
PAGE_PARAMETERS = frozenset(
    {AS_OF, KNOWN_ON, "sort", "columns", "page", "per_page", "after", "count", "export", "next"}
)

FilterValue = str | datetime.date | list[str]


class InvalidParameterError(ValueError):
    """Raised for parameters without a meaning, with one of ``messages`` for each."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def unknown_filter(name: str) -> str:
    """Return the message that the list has no such parameter."""
    return _("There is no filter called “%(name)s”. Leave it out.") % {"name": name}


def _day_field(label: StrOrPromise) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        method="filter_due",
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("This is not a day. Write it as 2023-12-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class TaskFilterSet(django_filters.FilterSet):
    """The filters over tasks from `TaskQuerySet.on`; none joins so as to repeat a row."""

    q = SearchTextFilter(label=gettext_lazy("Search"), method="filter_search_text", max_length=300)
    meeting = IdOrNameFilter("meeting", label=label("meeting"))
    aspect = IdOrNameFilter("aspect", label=label("aspect"), field_name="suggestion__aspect")
    status = MultiChoiceFilter(label=label("status"), field_name="day_status", choices=Status.choices)
    health = MultiChoiceFilter(label=label("health"), method="filter_health", choices=Health.choices)
    department = IdOrNameFilter("department", label=label("department"), method="filter_department", with_nobody=True)
    supporting = IdOrNameFilter("department", label=label("supporting"), method="filter_supporting")
    leader = IdOrNameFilter("leader", label=label("leader"), method="filter_leader", with_nobody=True)
    source = IdOrNameFilter("source", label=label("source"), method="filter_source")
    silent = IdOrNameFilter("department", label=label("silent"), method="filter_silent")
    instruction = MultiChoiceFilter(
        label=gettext_lazy("Instruction"), method="filter_open", choices=[("open", gettext_lazy("Not answered yet"))]
    )
    extended = MultiChoiceFilter(
        label=gettext_lazy("Extended"),
        method="filter_extended",
        choices=[("1", gettext_lazy("At least once")), ("2", gettext_lazy("Twice or more"))],
    )
    outcome = MultiChoiceFilter(
        label=label("outcome"),
        method="filter_outcome",
        choices=[*Outcome.choices, ("missing", gettext_lazy("Not recorded yet"))],
    )
    due = MultiChoiceFilter(
        label=gettext_lazy("Due day"),
        method="filter_has_due",
        choices=[
            ("dated", gettext_lazy("Has one")),
            ("none", gettext_lazy("Has none")),
            ("undecided", gettext_lazy("Deadline undecided")),
            ("in_time", gettext_lazy("Closed on time")),
            ("late", gettext_lazy("Overdue, or closed late")),
        ],
    )
    wish = MultiChoiceFilter(
        label=gettext_lazy("Later deadline"),
        method="filter_open",
        choices=[("open", gettext_lazy("Asked for, not decided"))],
    )
    confirm = MultiChoiceFilter(
        label=gettext_lazy("Confirmations"), method="filter_open", choices=[("open", gettext_lazy("Not answered yet"))]
    )
    due_after = _day_field(gettext_lazy("Due from"))
    due_before = _day_field(gettext_lazy("Due until"))

    # The choices of the filters for open matters.
    OPEN_MATTERS: ClassVar[dict[str, type[Instruction | ExtensionRequest | ImportIssue]]] = {
        "instruction": Instruction,
        "wish": ExtensionRequest,
        "confirm": ImportIssue,
    }

    # What one id of these filters finds: each task once.
    PARTS: ClassVar[dict[str, Callable[[int], QuerySet[Any, Any]]]] = {
        "department": lambda pk: TaskDepartment.objects.filter(department=pk, role__in=ANSWERABLE_ROLES),
        "supporting": lambda pk: TaskDepartment.objects.filter(department=pk, role=DepartmentRole.SUPPORTING),
        "leader": lambda pk: TaskLeader.objects.filter(person=pk),
    }

    def __init__(
        self,
        data: QueryDict,
        queryset: TaskQuerySet,
        *,
        day: datetime.date,
        choices: FilterChoices | None = None,
    ) -> None:
        """Set ``choices``, from `look_up`, where several filter sets share them."""
        super().__init__(data=data, queryset=queryset)
        self.day = day
        self.choices = choices or self.look_up(day, data)
        for name, kind in self.id_filters().items():
            called = {value: self.choices.find(kind, value) for value in data.getlist(name) if value}
            self.form.fields[name].set_called(called, with_nobody=self.filters[name].with_nobody)

    @classmethod
    def id_filters(cls) -> dict[str, str]:
        """Return the filters by id or name, and the kind of each."""
        return {name: each.kind for name, each in cls.base_filters.items() if isinstance(each, IdOrNameFilter)}

    @classmethod
    def look_up(cls, day: datetime.date, *params: QueryDict, account: Account | None = None) -> FilterChoices:
        """Return what any number of lists ask for by id or name, from one query.

        With an ``account``, what the page of its list shows besides comes by the same one.
        """
        asked: dict[str, set[str]] = defaultdict(set)
        for name, kind in cls.id_filters().items():
            asked[kind].update(value for each in params for value in each.getlist(name) if value)
        return FilterChoices(day, asked, account)

    @property
    def main_fields(self) -> list[BoundField]:
        """The fields with check boxes that are always shown."""
        return [self.form[name] for name in MAIN_FILTERS]

    @property
    def further_fields(self) -> list[BoundField]:
        """The fields with check boxes behind one button."""
        return [self.form[name] for name in FURTHER_FILTERS]

    @cached_property
    def further_values(self) -> list[tuple[str, str]]:
        """Name and value of what is chosen behind that button; a past day has its band."""
        chosen = [
            (name, value)
            for name in FURTHER_FILTERS
            if (asked := self.form[name].value())
            for value, _label in self.form.fields[name].choices
            if value in asked
        ]
        return chosen + [(name, value) for name in DUE_DAYS if (value := self.form[name].value())]

    @property
    def narrows(self) -> bool:
        """Whether any filter is active."""
        return any(value for name in self.filters for value in self.data.getlist(name))

    @property
    def error_messages(self) -> list[str]:
        """One message for each parameter without a meaning, unknown ones included."""
        unknown = [name for name in self.data if name not in self.filters and name not in PAGE_PARAMETERS]
        messages = [unknown_filter(name) for name in unknown]
        for name, errors in self.form.errors.items():
            label = self.form.fields[name].label
            messages += [_("%(filter)s: %(error)s") % {"filter": label, "error": error} for error in errors]
        return messages

    def find_rows(self) -> QuerySet[Any, Any] | None:
        """Return rows of a narrower table, one for each task that is found, or None.

        The intervals of a whole past day, and today's parts of one department or leader, are counted from an index.
        """
        active = self._active_values()
        if self.day != timezone.localdate():
            states = TaskState.objects.overlapping(self.day, self.day).identified_by("intervals", self.day)
            return None if active else states
        if known_day() or len(active) != 1:
            return None
        [(name, ids)] = active
        if name not in self.PARTS or not isinstance(ids, list) or len(ids) != 1 or NOBODY in ids:
            return None
        # Without what is no task of today: few, found by indexes.
        joined = Task.objects.filter(joined_into__isnull=False)
        later = Task.objects.standing().filter(issued_on__gt=self.day)
        return self.PARTS[name](int(ids[0])).exclude(task__in=joined.values("pk")).exclude(task__in=later.values("pk"))

    def describe(self) -> list[str]:
        """Describe each active filter in the reader's language: “Status: In progress”.

        An invalid one is left to `error_messages`.
        """
        return [self._describe_value(name, value) for name, value in self._active_values()]

    def describe_values(self) -> Iterator[tuple[str, str, list[str]]]:
        """Describe each value by itself: the filter's name, the words, the other values."""
        for name, value in self._active_values():
            if isinstance(value, list):
                for item in value:
                    yield name, self._describe_value(name, [item]), [other for other in value if other != item]
            else:
                yield name, self._describe_value(name, value), []

    def _active_values(self) -> list[tuple[str, FilterValue]]:
        self.form.is_valid()  # what has a meaning is in `cleaned_data` from now on, whatever else has none
        return [(name, value) for name, value in self.form.cleaned_data.items() if value]

    def _describe_value(self, name: str, value: FilterValue) -> str:
        words = {"filter": self.form.fields[name].label, "values": self._format_value(name, value)}
        return _("%(filter)s: %(values)s") % words

    def _format_value(self, name: str, value: FilterValue) -> str:
        if isinstance(value, datetime.date):
            return date_format(value, "DATE_FORMAT")
        if isinstance(value, str):
            return value
        labels = dict(self.form.fields[name].choices)
        return join_items(str(labels[item]) for item in value)

    def filter_search_text(self, tasks: TaskQuerySet, name: str, search_text: str) -> TaskQuerySet:
        return find_tasks(tasks, list(dict.fromkeys(narrow_letters(search_text).split())), self.day)

    # A filter's method is called only where something was chosen.

    def filter_health(self, tasks: TaskQuerySet, name: str, healths: list[str]) -> TaskQuerySet:
        return tasks.in_health(healths, self.day)

    def filter_department(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        """Lead and responsible departments; supporting ones have their own filter."""
        return self._filter_some_or_nobody(ids, tasks.assigned_to, tasks.unassigned)

    def filter_supporting(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return tasks.assigned_to(ids, [DepartmentRole.SUPPORTING])

    def filter_leader(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return self._filter_some_or_nobody(ids, tasks.supervised_by, tasks.unsupervised)

    def _filter_some_or_nobody(
        self,
        ids: list[str],
        filter_some: Callable[[list[str]], TaskQuerySet],
        filter_nobody: Callable[[], TaskQuerySet],
    ) -> TaskQuerySet:
        """Return ``filter_some(ids)``; the id `NOBODY` adds ``filter_nobody()``."""
        some = [pk for pk in ids if pk != NOBODY]
        if NOBODY not in ids:
            return filter_some(some)
        return filter_some(some) | filter_nobody() if some else filter_nobody()

    def filter_source(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return tasks.filter(Exists(SuggestionSource.objects.filter(suggestion=OuterRef("suggestion"), person__in=ids)))

    def filter_silent(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        """Filter open tasks with a department silent since the last report of any."""
        reported = reported_since_review(
            self.day,
            task=OuterRef("task"),
            department=OuterRef("department"),
            last_report_on=OuterRef(OuterRef("last_report_on")),
        )
        parts = TaskDepartment.objects.filter(~reported, task=OuterRef("pk"), department__in=ids)
        return tasks.open().filter(Exists(parts))

    def filter_open(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        """Return tasks with what nobody had answered, decided or confirmed by the day."""
        return tasks.filter(Exists(self.OPEN_MATTERS[name].objects.open_on(self.day).filter(task=OuterRef("pk"))))

    def filter_extended(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        return tasks.filter(Q(day_extension_count__gte=min(map(int, values))))

    def filter_has_due(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        meanings = {
            "dated": Q(day_next_due__isnull=False),
            "none": Q(day_next_due__isnull=True),
            "undecided": Q(day_deadline_kind=DeadlineKind.UNDECIDED),
            "in_time": CLOSED_IN_TIME,
            "late": LATE,
        }
        return tasks.filter(reduce(or_, (meanings[value] for value in values)))

    def filter_outcome(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        """Filter by the outcome of the day; ``missing``: none, and no task is open."""
        recorded = SuggestionOutcome.objects.on(self.day).filter(suggestion=OuterRef("suggestion"))
        condition = Q(Exists(recorded.filter(Q(day_outcome__in=values))))
        if "missing" in values:
            still_open = Task.objects.on(self.day).open().filter(suggestion=OuterRef("suggestion"))
            condition |= Q(~Exists(recorded), ~Exists(still_open))
        return tasks.filter(condition)

    def filter_due(self, tasks: TaskQuerySet, name: str, day: datetime.date) -> TaskQuerySet:
        """Filter by the earliest unmet milestone or the deadline, both ends included."""
        return tasks.filter(**{"day_next_due__gte" if name == "due_after" else "day_next_due__lte": day})


def filter_tasks(params: QueryDict, tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    """Return the ``tasks`` of the ``day`` that match ``params``.

    Raises InvalidParameterError where one of them has no meaning: then there are no rows, never all.
    """
    filterset = TaskFilterSet(params, tasks, day=day)
    if filterset.error_messages:
        raise InvalidParameterError(filterset.error_messages)
    return filterset.qs

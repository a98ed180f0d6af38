"""What the list of tasks can be narrowed by (docs/domain.md, Contracts: query parameters of /tasks/).

Besides the contract's: ``instruction=open``, tasks with an instruction that nobody has answered; ``extended=1`` and
``extended=2``, extended at least so often; ``silent``, a department (id or name) that has a part in the task and has
not reported since the last report of any; ``outcome``, what became of the suggestion, or ``missing`` where its tasks
have ended and nobody has said so; ``due``, ``dated`` with a day it falls due on, ``none`` without, ``undecided``;
``wish=open``, tasks whose later deadline waits for a decision; ``confirm=open``, tasks of which an import left
something open. All are about the day asked for.

The list, its exports and `export_register` all go through `filter_tasks`, so that they hold the same rows.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.core.pinyin import is_pinyin_query
from meetings.models import (
    Account,
    Aspect,
    DeadlineKind,
    Department,
    DepartmentRole,
    ExtensionRequest,
    FormerName,
    Health,
    ImportIssue,
    Instruction,
    Meeting,
    Outcome,
    Person,
    Role,
    Status,
    SuggestionOutcome,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
)
from meetings.models.choices import NOBODY
from meetings.models.organisation import recent_rows
from meetings.models.task import TaskQuerySet
from meetings.ui.widgets import SHORT_LIST_LENGTH, split_frequent

from .statistics import reported_since_review

# Parameters of the page that are no filters.
PAGE_PARAMETERS = frozenset({AS_OF, "sort", "columns", "page", "per_page", "export", "next"})


class InvalidParameter(ValueError):
    """A parameter has no meaning. ``messages`` are the sentences for the reader, one for each."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


class FilterChoice(NamedTuple):
    """A row that can be chosen. ``detail`` is a document number or a unit; ``uses`` how often it was used lately.

    ``formerly`` are the names it had before, and the names and ids of those merged into it.
    """

    pk: int
    name: str
    detail: str = ""
    spelling: str = ""
    uses: int = 0
    formerly: tuple[str, ...] = ()


class SavedViewOption(NamedTuple):
    """A saved view as a list offers it; ``owner`` is empty where it is the reader's own."""

    pk: int
    name: str
    query: str
    owner: str


class FilterChoices:
    """The rows that meetings, aspects, departments, leaders and sources can be chosen from; one query for all.

    With an ``account``, its saved views and those shared with it come by the same query.
    """

    def __init__(self, day: datetime.date, account: Account | None = None) -> None:
        self.day = day
        self.account = account

    @cached_property
    def _rows(self) -> dict[str, list]:
        # A leader with an account is asked for by their dashboard, even before there is a task of theirs.
        leaders = Person.objects.filter(
            Exists(TaskLeader.objects.filter(person=OuterRef("pk")))
            | Exists(Account.objects.filter(person=OuterRef("pk"), role=Role.LEADER))
        )
        sources = Person.objects.filter(Exists(SuggestionSource.objects.filter(person=OuterRef("pk"))))
        known = Meeting.objects.issued_by(self.day)
        parts = [
            _choice_rows("meeting", known, "title", "document_number", spelling=F("spelling")),
            _choice_rows("aspect", Aspect.objects.filter(meeting__in=known), "title"),
            _choice_rows("department", Department.objects.living(), "name", spelling=F("spelling")),
            _choice_rows("leader", leaders, "name", "unit", spelling=F("spelling")),
            _choice_rows("source", sources, "name", "unit", spelling=F("spelling")),
            *_former_name_rows("department"),
            *_former_name_rows("person"),
            _use_counts("department", "TaskDepartment", "department"),
            _use_counts("leader", "TaskLeader", "person"),
            _use_counts("source", "SuggestionSource", "person"),
        ]
        if self.account is not None:
            owner = Case(When(owner=self.account, then=Value("")), default=F("owner__display_name"))
            parts.append(
                _union_columns(permissions.readable_views(self.account), "view", F("pk"), F("name"), F("query"), owner)
            )
        rows: dict[str, list[tuple]] = defaultdict(list)
        for kind, pk, *columns in parts[0].union(*parts[1:], all=True):
            rows[kind].append((pk, *columns))
        complete: dict[str, list] = {
            kind: self._build_choices(kind, rows) for kind in ("meeting", "aspect", "department", "leader", "source")
        }
        return {
            **complete,
            "view": sorted(map(SavedViewOption._make, rows["view"]), key=lambda view: (view.name, view.pk)),
        }

    def _build_choices(self, kind: str, rows: dict[str, list[tuple]]) -> list[FilterChoice]:
        uses = {pk: int(number) for pk, number, _detail, _spelling in rows[f"uses of {kind}"]}
        formerly: dict[int, list[str]] = defaultdict(list)
        spellings: dict[int, list[str]] = defaultdict(list)
        of = "person" if kind in ("leader", "source") else kind
        for pk, name, old_pk, spelling in rows[f"former {of}"]:
            formerly[pk] += [part for part in (name, old_pk) if part]
            spellings[pk] += [name, spelling]
        return [
            FilterChoice(
                pk, name, detail, " ".join([spelling, *spellings[pk]]).strip(), uses.get(pk, 0), tuple(formerly[pk])
            )
            for pk, name, detail, spelling in sorted(rows[kind])
        ]

    def rows(self, kind: str) -> list[FilterChoice]:
        """Return all of ``kind``, in the order of entry."""
        return self._rows[kind]

    @property
    def views(self) -> list[SavedViewOption]:
        """The saved views that the account may open, by name."""
        return self._rows["view"]


_UNION_COLUMNS = ("kind", "pk_of", "name_of", "detail_of", "spelling_of")


def _choice_rows(kind: str, rows: QuerySet, name: str, detail: str | None = None, *, spelling=None) -> QuerySet:
    return _union_columns(rows, kind, F("pk"), F(name), F(detail) if detail else Value(""), spelling or Value(""))


def _former_name_rows(of: str) -> list[QuerySet]:
    """Return the former names of the departments or people, and the rows merged into them with their ids."""
    merged = (Department if of == "department" else Person).objects.filter(merged_into__isnull=False)
    kind, spelling = f"former {of}", F("spelling")
    return [
        _union_columns(
            FormerName.objects.filter(**{f"{of}__isnull": False}), kind, F(of), F("name"), Value(""), spelling
        ),
        _union_columns(merged, kind, F("merged_into"), F("name"), Cast("pk", CharField()), spelling),
    ]


def _use_counts(kind: str, model: str, column: str) -> QuerySet:
    counted = recent_rows(model).values(column).annotate(number=Cast(Count("pk"), CharField()))
    return _union_columns(counted, f"uses of {kind}", F(column), F("number"), Value(""), Value(""))


def _union_columns(rows: QuerySet, kind: str, *values) -> QuerySet:
    columns = dict(zip(_UNION_COLUMNS, (Value(kind), *values), strict=True))
    return rows.order_by().annotate(**columns).values_list(*_UNION_COLUMNS)


class SearchTextField(forms.CharField):
    """Words to search for. Each is looked for in five places, so their number has an end, and so has their length."""

    MAX_WORDS = 20

    def clean(self, value):
        value = super().clean(value)
        if len(set(value.split())) > self.MAX_WORDS:
            raise forms.ValidationError(_("Search for %(most)d words at most.") % {"most": self.MAX_WORDS})
        return value


class CheckboxList(forms.CheckboxSelectMultiple):
    """Boxes to tick. A long list is searched, and begins with the frequent ones: each box knows what it is."""

    spellings: dict[str, str] | None = None
    frequent: frozenset[str] = frozenset()

    @property
    def is_long(self) -> bool:
        """Whether it is more than is seen at a glance."""
        return len(self.choices) > SHORT_LIST_LENGTH

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "spelling": (self.spellings or {}).get(value, ""), "is_frequent": value in self.frequent}


class MultiChoiceField(forms.MultipleChoiceField):
    """Several of a set of words; empty ones, which a form without script sends, mean nothing."""

    widget = CheckboxList
    default_error_messages = {
        "invalid_choice": gettext_lazy("“%(value)s” is not known here. Choose from the list."),
    }

    def to_python(self, value):
        return [item for item in super().to_python(value) if item]


class IdOrNameField(MultiChoiceField):
    """Takes ids and exact names, several times; a name that several rows share means all of them."""

    def set_choices(
        self, rows: Iterable[FilterChoice], *, is_detail_a_name: bool = False, with_nobody: bool = False
    ) -> None:
        """Set what can be chosen.

        ``is_detail_a_name``: a meeting may also be called by its document number. ``with_nobody``: having none can
        be asked for, too.
        """
        self.ids_by_name: dict[str, list[str]] = defaultdict(list)
        rows = list(rows)
        for row in rows:
            self.ids_by_name[row.name].append(str(row.pk))
            if row.detail and is_detail_a_name:
                self.ids_by_name[row.detail].append(str(row.pk))
        shared = Counter(row.name for row in rows)
        # Whoever bears a name now comes before whoever bore it once.
        borne = set(self.ids_by_name)
        for row in rows:
            for name in set(row.formerly) - borne:
                self.ids_by_name[name].append(str(row.pk))
        frequent, others = split_frequent(rows, {row: row.uses for row in rows})
        self.choices = [
            (
                str(row.pk),
                _("%(name)s (%(unit)s)") % {"name": row.name, "unit": row.detail}
                if shared[row.name] > 1 and row.detail
                else row.name,
            )
            for row in (*frequent, *others)
        ]
        self.widget.spellings = {str(row.pk): row.spelling for row in rows}
        self.widget.frequent = frozenset(str(row.pk) for row in frequent)
        if with_nobody:
            self.choices = [*self.choices, (NOBODY, _("Nobody"))]

    def _as_ids(self, values: Iterable[str]) -> list[str]:
        known = {pk for pk, _label in self.choices}
        ids = []
        for value in values:
            ids += [value] if value in known else self.ids_by_name.get(value, [value])
        return list(dict.fromkeys(ids))

    def to_python(self, value):
        return self._as_ids(super().to_python(value))

    def bound_data(self, data, initial):
        """Tick the boxes of the rows that were called by name, too."""
        return self._as_ids(data or [])


class MultiChoiceFilter(django_filters.MultipleChoiceFilter):
    """One of a fixed set of words; repeated means or."""

    field_class = MultiChoiceField

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("distinct", False)
        super().__init__(*args, **kwargs)

    def filter(self, qs, value):
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class IdOrNameFilter(django_filters.Filter):
    """Rows by id or exact name; repeated means or. ``method`` says what it means for the tasks."""

    field_class = IdOrNameField


class SearchTextFilter(django_filters.CharFilter):
    """Words that all have to be found. ``method`` says where."""

    field_class = SearchTextField


def _day_field(label) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        method="filter_due",
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("This is not a day. Write it as 2023-12-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class TaskFilterSet(django_filters.FilterSet):
    """The filters over tasks from `TaskQuerySet.on`. No filter joins in a way that could repeat a row."""

    q = SearchTextFilter(label=gettext_lazy("Search"), method="filter_words", max_length=300)
    meeting = IdOrNameFilter(label=gettext_lazy("Meeting"), method="filter_meeting")
    aspect = IdOrNameFilter(label=gettext_lazy("Aspect"), method="filter_aspect")
    status = MultiChoiceFilter(label=gettext_lazy("Status"), field_name="day_status", choices=Status.choices)
    health = MultiChoiceFilter(label=gettext_lazy("Health"), field_name="health", choices=Health.choices)
    department = IdOrNameFilter(label=gettext_lazy("Responsible department"), method="filter_department")
    supporting = IdOrNameFilter(label=gettext_lazy("Supporting department"), method="filter_supporting")
    leader = IdOrNameFilter(label=gettext_lazy("Supervising leader"), method="filter_leader")
    source = IdOrNameFilter(label=gettext_lazy("Suggestion source"), method="filter_source")
    silent = IdOrNameFilter(label=gettext_lazy("Silent department"), method="filter_silent")
    instruction = MultiChoiceFilter(
        label=gettext_lazy("Instruction"),
        method="filter_instruction",
        choices=[("open", gettext_lazy("Not answered yet"))],
    )
    extended = MultiChoiceFilter(
        label=gettext_lazy("Extended"),
        method="filter_extended",
        choices=[("1", gettext_lazy("At least once")), ("2", gettext_lazy("Twice or more"))],
    )
    outcome = MultiChoiceFilter(
        label=gettext_lazy("Outcome"),
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
        ],
    )
    wish = MultiChoiceFilter(
        label=gettext_lazy("Later deadline"),
        method="filter_wish",
        choices=[("open", gettext_lazy("Asked for, not decided"))],
    )
    confirm = MultiChoiceFilter(
        label=gettext_lazy("Confirmations"),
        method="filter_confirm",
        choices=[("open", gettext_lazy("Not answered yet"))],
    )
    due_after = _day_field(gettext_lazy("Due from"))
    due_before = _day_field(gettext_lazy("Due until"))

    CHOICE_SOURCES = {
        "meeting": "meeting",
        "aspect": "aspect",
        "department": "department",
        "supporting": "department",
        "silent": "department",
        "leader": "leader",
        "source": "source",
    }

    def __init__(
        self,
        data: QueryDict,
        queryset: TaskQuerySet,
        *,
        day: datetime.date,
        choices: FilterChoices | None = None,
    ) -> None:
        """``choices`` are those of the ``day``, where several are made of them or the account is to have its views."""
        super().__init__(data=data, queryset=queryset)
        self.day = day
        self.choices = choices or FilterChoices(day)
        for name, kind in self.CHOICE_SOURCES.items():
            self.form.fields[name].set_choices(
                self.choices.rows(kind),
                is_detail_a_name=kind == "meeting",
                with_nobody=name in ("department", "leader"),
            )

    @property
    def wrong(self) -> list[str]:
        """One sentence for each parameter that has no meaning, unknown ones included; empty: all have one."""
        unknown = [name for name in self.data if name not in self.filters and name not in PAGE_PARAMETERS]
        sentences = [_("There is no filter called “%(name)s”. Leave it out.") % {"name": name} for name in unknown]
        for name, errors in self.form.errors.items():
            label = self.form.fields[name].label
            sentences += [_("%(filter)s: %(error)s") % {"filter": label, "error": error} for error in errors]
        return sentences

    def in_words(self) -> list[str]:
        """Say each filter that narrows the list, in the reader's language: “Status: In progress, Not started”.

        Nothing is said of one that has no meaning; `wrong` does that.
        """
        self.form.is_valid()  # what has a meaning is in `cleaned_data` from now on, whatever else has none
        return [
            _("%(filter)s: %(values)s")
            % {"filter": self.form.fields[name].label, "values": self._format_value(name, value)}
            for name, value in self.form.cleaned_data.items()
            if value
        ]

    def _format_value(self, name: str, value: str | datetime.date | list[str]) -> str:
        if isinstance(value, datetime.date):
            return date_format(value, "DATE_FORMAT")
        if isinstance(value, str):
            return value
        labels = dict(self.form.fields[name].choices)
        # Translators: what stands between the items of a list.
        return _(", ").join(str(labels[item]) for item in value)

    def filter_words(self, tasks: TaskQuerySet, name: str, words: str) -> TaskQuerySet:
        """Find each of the words in the task, its suggestion, the remarks or the progress up to the day.

        Where nothing has them as they are typed, words that may be pinyin or initials are looked for as such, in the
        task and its suggestion; to know that costs a query.
        """
        found, spelled = tasks, tasks
        words = list(dict.fromkeys(words.split()))
        for word in words:
            reports = TaskLog.objects.standing(self.day).filter(
                task=OuterRef("pk"), is_report=True, effective_on__lte=self.day, note__icontains=word
            )
            found = found.filter(
                Q(text__icontains=word)
                | Q(suggestion__text__icontains=word)
                | Q(suggestion__lead_in__icontains=word)
                | Q(remarks__icontains=word)
                | Exists(reports)
            )
            typed = word.lower()
            spelled = spelled.filter(Q(spelling__contains=typed) | Q(suggestion__spelling__contains=typed))
        if words and all(map(is_pinyin_query, words)) and not found.exists():
            return spelled
        return found

    def filter_meeting(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return tasks.filter(suggestion__meeting__in=ids) if ids else tasks

    def filter_aspect(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return tasks.filter(suggestion__aspect__in=ids) if ids else tasks

    def filter_department(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        """Lead and responsible departments; supporting ones have their own filter."""
        return self._filter_some_or_nobody(tasks, ids, tasks.assigned_to, tasks.unassigned)

    def filter_supporting(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return tasks.assigned_to(ids, [DepartmentRole.SUPPORTING]) if ids else tasks

    def filter_leader(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        return self._filter_some_or_nobody(tasks, ids, tasks.supervised_by, tasks.unsupervised)

    def _filter_some_or_nobody(self, tasks: TaskQuerySet, ids: list[str], of_some, of_nobody) -> TaskQuerySet:
        """Return what ``of_some(ids)`` finds; the id `NOBODY` among them adds what ``of_nobody()`` does."""
        if not ids:
            return tasks
        some = [pk for pk in ids if pk != NOBODY]
        if NOBODY not in ids:
            return of_some(some)
        return of_some(some) | of_nobody() if some else of_nobody()

    def filter_source(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        if not ids:
            return tasks
        return tasks.filter(Exists(SuggestionSource.objects.filter(suggestion=OuterRef("suggestion"), person__in=ids)))

    def filter_silent(self, tasks: TaskQuerySet, name: str, ids: list[str]) -> TaskQuerySet:
        """Open tasks in which one of the departments has not reported since the last report of any."""
        if not ids:
            return tasks
        reported = reported_since_review(
            self.day,
            task=OuterRef("task"),
            department=OuterRef("department"),
            last_report_on=OuterRef(OuterRef("state__last_report__effective_on")),
        )
        parts = TaskDepartment.objects.filter(~reported, task=OuterRef("pk"), department__in=ids)
        return tasks.open().filter(Exists(parts))

    def filter_instruction(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        if not values:
            return tasks
        return tasks.filter(Exists(Instruction.objects.open_on(self.day).filter(task=OuterRef("pk"))))

    def filter_extended(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        return tasks.filter(day_extension_count__gte=min(map(int, values))) if values else tasks

    def filter_has_due(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        meanings = {
            "dated": Q(day_next_due__isnull=False),
            "none": Q(day_next_due__isnull=True),
            "undecided": Q(day_deadline_kind=DeadlineKind.UNDECIDED),
        }
        return tasks.filter(reduce(or_, (meanings[value] for value in values))) if values else tasks

    def filter_wish(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        if not values:
            return tasks
        return tasks.filter(Exists(ExtensionRequest.objects.open_on(self.day).filter(task=OuterRef("pk"))))

    def filter_outcome(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        """The outcome recorded by the day; ``missing`` where none of the suggestion's tasks is open any more."""
        if not values:
            return tasks
        recorded = SuggestionOutcome.objects.filter(
            suggestion=OuterRef("suggestion"), entry__effective_on__lte=self.day
        )
        condition = Q(Exists(recorded.filter(outcome__in=values)))
        if "missing" in values:
            still_open = Task.objects.on(self.day).open().filter(suggestion=OuterRef("suggestion"))
            condition |= Q(~Exists(recorded), ~Exists(still_open))
        return tasks.filter(condition)

    def filter_confirm(self, tasks: TaskQuerySet, name: str, values: list[str]) -> TaskQuerySet:
        """Tasks of which an import left something open that nobody had answered by the day."""
        if not values:
            return tasks
        return tasks.filter(Exists(ImportIssue.objects.open_on(self.day).filter(task=OuterRef("pk"))))

    def filter_due(self, tasks: TaskQuerySet, name: str, day: datetime.date) -> TaskQuerySet:
        """Due is the earliest unmet milestone or the deadline; both ends are inclusive."""
        return tasks.filter(**{"day_next_due__gte" if name == "due_after" else "day_next_due__lte": day})


def filter_tasks(params: QueryDict, tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    """Return those of ``tasks`` (from `TaskQuerySet.on` the ``day``) that ``params`` ask for.

    Raises WrongParameter where one of them has no meaning: then there are no rows, never all.
    """
    filterset = TaskFilterSet(params, tasks, day=day)
    if filterset.wrong:
        raise InvalidParameter(filterset.wrong)
    return filterset.qs

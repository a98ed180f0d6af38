"""What each filter of the list of tasks offers to choose from, read in one query."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from meetings import permissions
from meetings.models import (
    Account,
    Aspect,
    Department,
    FormerName,
    Meeting,
    Person,
    Role,
    SuggestionSource,
    TaskLeader,
)
from meetings.models.organisation import recent_rows


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


def _choice_rows(kind: str, rows: QuerySet, name: str, detail: str | None = None, *, spelling: Any = None) -> QuerySet:
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


def _union_columns(rows: QuerySet, kind: str, *values: Any) -> QuerySet:
    columns = dict(zip(_UNION_COLUMNS, (Value(kind), *values), strict=True))
    return rows.order_by().annotate(**columns).values_list(*_UNION_COLUMNS)

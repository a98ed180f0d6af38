"""What each filter of the list of tasks offers to choose from, read in one query."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from meetings import permissions
from meetings.models import Account, Aspect, Department, FormerName, Meeting, Person, Role, SuggestionSource, TaskLeader
from meetings.models.organisation import recent_use_count


class FilterChoice(NamedTuple):
    """A row to choose; ``detail`` is a document number or unit, ``uses`` a count.

    ``formerly`` are the names it had before, and the names and ids of those merged into it.
    """

    pk: int
    name: str
    detail: str = ""
    spelling: str = ""
    uses: int = 0
    formerly: tuple[str, ...] = ()


class SavedViewOption(NamedTuple):
    """A saved view as a list offers it; ``owner`` is empty for the reader's own."""

    pk: int
    name: str
    query: str
    owner: str


# The id, the name, a detail, what it may be typed as, and how often it was used lately.
_Row = tuple[int, str, str, str, int]


class FilterChoices:
    """The choices of all filters of the list, loaded by one query.

    With an ``account``, its saved views and those shared with it come by the same query.
    """

    def __init__(self, day: datetime.date, account: Account | None = None) -> None:
        self.day = day
        self.account = account

    def rows(self, kind: str) -> list[FilterChoice]:
        """Return all of ``kind``, in the order of entry."""
        of = "person" if kind in ("leader", "source") else kind
        formerly: dict[int, list[str]] = defaultdict(list)
        spellings: dict[int, list[str]] = defaultdict(list)
        for pk, name, former_id, spelling, _uses in self._rows[f"former {of}"]:
            formerly[pk] += [part for part in (name, former_id) if part]
            spellings[pk] += [name, spelling]
        return [
            FilterChoice(pk, name, detail, " ".join([spelling, *spellings[pk]]).strip(), uses, tuple(formerly[pk]))
            for pk, name, detail, spelling, uses in sorted(self._rows[kind])
        ]

    @property
    def views(self) -> list[SavedViewOption]:
        """The saved views that the account may open, by name."""
        views = [SavedViewOption(pk, name, query, owner) for pk, name, query, owner, _uses in self._rows["view"]]
        return sorted(views, key=lambda view: (view.name, view.pk))

    @cached_property
    def _rows(self) -> dict[str, list[_Row]]:
        """The rows by what they are. One query."""
        rows: dict[str, list[_Row]] = defaultdict(list)
        first, *others = self._queries()
        for kind, *row in first.union(*others, all=True):
            rows[kind].append(tuple(row))
        return rows

    def _queries(self) -> Iterator[QuerySet]:
        """Yield what is read: each query has the same columns, named by `_select`."""
        meetings = Meeting.objects.issued_by(self.day)
        departments = Department.objects.living()
        supervising = Q(Exists(TaskLeader.objects.filter(person=OuterRef("pk"))))
        # A leader with an account is asked for by their dashboard, even before there is a task of theirs.
        supervising |= Q(Exists(Account.objects.filter(person=OuterRef("pk"), role=Role.LEADER)))
        suggesting = Q(Exists(SuggestionSource.objects.filter(person=OuterRef("pk"))))
        yield _select("meeting", meetings, name="title", detail="document_number")
        yield _select("aspect", Aspect.objects.filter(meeting__in=meetings), name="title", spelling=Value(""))
        yield _select("department", departments, uses=recent_use_count("TaskDepartment", "department"))
        yield _select(
            "leader",
            Person.objects.filter(supervising),
            detail="unit",
            uses=recent_use_count("TaskLeader", "person"),
        )
        yield _select(
            "source",
            Person.objects.filter(suggesting),
            detail="unit",
            uses=recent_use_count("SuggestionSource", "person"),
        )
        for kind, model in (("department", Department), ("person", Person)):
            yield _select(f"former {kind}", FormerName.objects.filter(**{f"{kind}__isnull": False}), pk=kind)
            merged = model.objects.filter(merged_into__isnull=False)
            yield _select(f"former {kind}", merged, pk="merged_into", detail=Cast("pk", CharField()))
        if self.account is not None:
            owner = Case(When(owner=self.account, then=Value("")), default=F("owner__display_name"))
            yield _select("view", permissions.readable_views(self.account), detail="query", spelling=owner)


def _select(
    kind: str,
    rows: QuerySet,
    *,
    pk: str = "pk",
    name: str = "name",
    detail: str | Combinable = Value(""),  # noqa: B008 - never changed
    spelling: str | Combinable = "spelling",
    uses: Combinable = Value(0),  # noqa: B008 - never changed
) -> QuerySet:
    """Return the columns of a `_Row` after ``kind``, each a field or an expression."""
    columns = {"kind": Value(kind), "row_pk": pk, "row_name": name, "row_detail": detail, "row_spelling": spelling}
    expressions = {key: F(column) if isinstance(column, str) else column for key, column in columns.items()}
    return rows.order_by().annotate(**expressions, row_uses=uses).values_list(*expressions, "row_uses")

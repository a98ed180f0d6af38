"""The choices of the list's filters, looked up by value or listed in slices."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.text import narrow_letters, parse_id
from meetings.models import Account, Aspect, Department, FormerName, Meeting, Person, Role, SuggestionSource, TaskLeader
from meetings.models.choices import NOBODY
from meetings.models.organisation import NamedQuerySet, recent_rows
from meetings.models.prepared import PreparedQuery
from meetings.models.text_search import contains_word
from meetings.ui.widgets import MAX_FREQUENT, SHORT_LIST_LENGTH

# Options per slice.
SLICE_LENGTH = 50

# The column of a row's name (default: `name`), and the one that tells namesakes apart.
_NAMES = {"meeting": "title", "aspect": "title"}
_DETAILS = {"meeting": "document_number", "leader": "unit", "source": "unit"}
# The rows that show how often each was used recently.
_USES = {
    "department": ("TaskDepartment", "department"),
    "leader": ("TaskLeader", "person"),
    "source": ("SuggestionSource", "person"),
}


class FilterChoice(NamedTuple):
    """A row as a filter offers it: its id and what it is called."""

    pk: str
    label: str


class SavedViewOption(NamedTuple):
    """A saved view as a list offers it; ``owner`` is empty for the reader's own."""

    pk: int
    name: str
    query: str
    owner: str


# The id, the name, and a detail: a document number or unit, or the former id.
_Row = tuple[int, str, str]


def offered_rows(kind: str, day: datetime.date) -> QuerySet[Any]:
    """Return the rows that filters of a ``kind`` offer on ``day``, in order."""
    meetings = Meeting.objects.issued_by(day)
    if kind == "meeting":
        return meetings.order_by("-issued_on", "-pk")
    if kind == "aspect":
        return Aspect.objects.filter(meeting__in=meetings).order_by("-meeting_id", "position")
    if kind == "department":
        return Department.objects.unmerged().order_by("pk")
    if kind == "leader":
        # The dashboard of a leader with an account filters by them, even before they have a task.
        has_account = Account.objects.filter(person=OuterRef("pk"), role=Role.LEADER)
        supervises = TaskLeader.objects.filter(person=OuterRef("pk"))
        return Person.objects.filter(Q(Exists(supervises)) | Q(Exists(has_account))).order_by("pk")
    return Person.objects.filter(Exists(SuggestionSource.objects.filter(person=OuterRef("pk")))).order_by("pk")


class FilterChoices:
    """The rows that lists ask for, by id or exact name; looked up in one query.

    ``asked`` are the values of each kind. A number that is no id is looked for as a name, which costs another query.
    With an ``account``, the saved views it may open and whether there are several meetings come by the same one.
    """

    def __init__(self, day: datetime.date, asked: Mapping[str, Iterable[str]], account: Account | None = None) -> None:
        self.day = day
        self._rows: dict[str, set[_Row]] = defaultdict(set)
        ids = {kind: {value for value in values if _is_id(value)} for kind, values in asked.items()}
        names = {kind: set(filter(_is_text, values)) - ids[kind] for kind, values in asked.items()}
        asked_for = [*self._queries_by_id(ids), *self._queries_by_name(names)]
        if asked_for:
            self._read([*asked_for, *_queries_of_page(day, account)])
        elif account is not None:
            self._add(_choices_of_page.fetch(day, account))
        found = {kind: {str(pk) for pk, _name, _detail in self._rows[kind]} for kind in ids}
        self._read(self._queries_by_name({kind: ids[kind] - found[kind] for kind in ids}))

    def find(self, kind: str, value: str) -> list[FilterChoice]:
        """Return the rows that ``value`` means: an id or a name.

        An id takes precedence over a name, a present name over a former one.
        """
        rows = sorted(self._rows[kind])
        by_id = [row for row in rows if str(row[0]) == value]
        by_name = [row for row in rows if value == row[1] or (kind == "meeting" and value == row[2])]
        former = {pk for pk, *names in self._rows[_former(kind)] if value in names}
        shared = Counter(name for _pk, name, _detail in rows)
        return [
            FilterChoice(
                str(pk),
                _("%(name)s (%(unit)s)") % {"name": name, "unit": detail} if shared[name] > 1 and detail else name,
            )
            for pk, name, detail in by_id or by_name or [row for row in rows if row[0] in former]
        ]

    @property
    def views(self) -> list[SavedViewOption]:
        """The saved views that the account may open, by name."""
        queries = {pk: query for pk, query, _owner in self._rows["view"]}
        views = [SavedViewOption(pk, name, queries[pk], owner) for pk, name, owner in self._rows["view name"]]
        return sorted(views, key=lambda view: (view.name, view.pk))

    @property
    def has_several_meetings(self) -> bool:
        """Whether rows of several meetings may stand beside each other."""
        return len(self._rows["any meeting"]) > 1

    def _read(self, queries: Iterable[QuerySet]) -> None:
        parts = list(queries)
        if parts:
            self._add(parts[0].union(*parts[1:], all=True))

    def _add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for kind, *row in rows:
            self._rows[kind].add(tuple(row))

    def _queries_by_id(self, ids: Mapping[str, set[str]]) -> Iterator[QuerySet]:
        for kind, keys in ids.items():
            if keys:
                yield _select_with_namesakes(kind, offered_rows(kind, self.day), Q(pk__in=keys))

    def _queries_by_name(self, names: Mapping[str, set[str]]) -> Iterator[QuerySet]:
        """Yield the rows called by a name, now or formerly, and what they were called."""
        for kind, called in names.items():
            if not called:
                continue
            rows = offered_rows(kind, self.day).order_by()
            condition = Q(**{f"{_NAMES.get(kind, 'name')}__in": called})
            if kind == "meeting":
                condition |= Q(document_number__in=called)
            if issubclass(rows.model, Department | Person):
                column = rows.model.__name__.lower()
                renamed = FormerName.objects.filter(name__in=called, **{f"{column}__in": rows})
                merged = rows.model._default_manager.filter(merged_into__in=rows)
                merged = merged.filter(Q(name__in=called) | Q(pk__in=filter(_is_id, called)))
                condition |= Q(pk__in=renamed.values(column)) | Q(pk__in=merged.values("merged_into"))
                yield _select(_former(kind), renamed, pk=column)
                yield _select(_former(kind), merged, pk="merged_into", detail=Cast("pk", CharField()))
            yield _select_with_namesakes(kind, rows, condition)


def _queries_of_page(day: datetime.date, account: Account | None) -> Iterator[QuerySet]:
    if account is not None:
        views = permissions.readable_views(account)
        owner = Case(When(owner=account, then=Value("")), default=F("owner__display_name"))
        yield _select("view", views, name="query")
        yield _select("view name", views, detail=owner)
        # Two tell that there are several.
        some = Meeting.objects.issued_by(day).order_by("pk").values("pk")[:2]
        yield _select("any meeting", Meeting.objects.filter(pk__in=some), name="title")


@PreparedQuery
def _choices_of_page(day: datetime.date, account: Account) -> QuerySet:
    first, *others = _queries_of_page(day, account)
    return first.union(*others, all=True)


def _former(kind: str) -> str:
    return f"former {kind}"


def _is_text(value: str) -> bool:
    """Return whether it is valid text; a command line may pass bytes that are not."""
    return "\0" not in value and value.encode(errors="replace").decode() == value


def _is_id(value: str) -> bool:
    return str(parse_id(value)) == value


def _select_with_namesakes(kind: str, rows: QuerySet, condition: Q) -> QuerySet:
    """Return the ``rows`` of the ``condition``, and those that bear the same name."""
    name, detail = _NAMES.get(kind, "name"), _DETAILS.get(kind)
    rows = rows.order_by()
    chosen = rows.filter(condition)
    if detail is None:
        return _select(kind, chosen, name=name)
    return _select(kind, rows.filter(**{f"{name}__in": chosen.values(name)}), name=name, detail=detail)


def _select(
    kind: str,
    rows: QuerySet,
    *,
    pk: str = "pk",
    name: str = "name",
    detail: str | Combinable = Value(""),  # noqa: B008 - never changed
) -> QuerySet:
    """Return the columns of a `_Row` after ``kind``, each a field or an expression."""
    columns = {"kind": Value(kind), "row_pk": pk, "row_name": name, "row_detail": detail}
    expressions = {key: F(column) if isinstance(column, str) else column for key, column in columns.items()}
    return rows.order_by().annotate(**expressions).values_list(*expressions)


# --- what a filter offers ---------------------------------------------------------------------------


class OptionGroup(NamedTuple):
    """Options under a heading, which may be empty."""

    heading: str
    options: list[FilterChoice]


class OptionSlice(NamedTuple):
    """Some of what a filter offers; ``next_page`` is where it goes on, or None.

    ``is_long``: it is more than is seen at a glance, so that there is a field to search.
    """

    groups: list[OptionGroup]
    is_long: bool
    next_page: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found, apart from the values already chosen."""
        return not any(group.options for group in self.groups[1:])


def list_options(
    kind: str,
    day: datetime.date,
    *,
    chosen: list[FilterChoice],
    search_text: str = "",
    page: int = 1,
    with_nobody: bool = False,
    continues: bool = False,
) -> OptionSlice:
    """Return a slice of what filters of a ``kind`` offer, the frequent ones first.

    What is ``chosen`` is among them or stands above; where the slice ``continues`` another one that is in sight, it
    stands there already. Three queries.
    """
    rows = offered_rows(kind, day)
    start = (page - 1) * SLICE_LENGTH
    found = [
        str(pk)
        for pk in search_rows(rows, kind, search_text).values_list("pk", flat=True)[start : start + SLICE_LENGTH + 1]
    ]
    is_long = bool(search_text) or page > 1 or len(found) > SHORT_LIST_LENGTH
    frequent = _most_used(kind, rows) if is_long and not search_text else []
    # A frequent one is not offered a second time, on whatever page its own place is.
    others = [pk for pk in found[:SLICE_LENGTH] if pk not in frequent]
    frequent = frequent if page == 1 else []
    choices = FilterChoices(day, {kind: [*frequent, *others]})
    used_most, listed = ([choice for pk in pks for choice in choices.find(kind, pk)] for pks in (frequent, others))
    nobody = FilterChoice(NOBODY, _("Nobody"))
    if with_nobody and page == 1 and all(word in nobody.label.lower() for word in search_text.lower().split()):
        listed.insert(0 if is_long else len(listed), nobody)
    shown = {choice.pk for choice in (*used_most, *listed)}
    above = [choice for choice in chosen if choice.pk not in shown and not continues]
    if continues:
        listed = [choice for choice in listed if choice not in chosen]
    rest_heading = _("All others") if used_most or (above and page == 1 and not search_text) else ""
    groups = [
        OptionGroup(_("Chosen") if rest_heading else "", above),
        OptionGroup(_("Used most"), used_most),
        OptionGroup(rest_heading, listed),
    ]
    return OptionSlice(groups, is_long, page + 1 if len(found) > SLICE_LENGTH else None)


def search_rows(rows: QuerySet, kind: str, search_text: str) -> QuerySet:
    """Return the rows whose name, pinyin or initials hold all words."""
    if isinstance(rows, NamedQuerySet):
        return rows.matching(search_text)
    if kind == "liaison":
        for word in search_text.split():
            rows = rows.filter(Q(display_name__icontains=word) | Q(username__icontains=word))
        return rows
    for word in search_text.split():
        condition = contains_word(word, "title")
        if kind == "meeting":
            condition |= contains_word(word, "document_number")
            condition |= Q(spelling__contains=narrow_letters(word).lower())
        rows = rows.filter(condition)
    return rows


def _most_used(kind: str, rows: QuerySet) -> list[str]:
    """Return the ids of those of ``rows`` that were used most lately."""
    if kind not in _USES:
        return []
    model, column = _USES[kind]
    uses = recent_rows(model).filter(**{f"{column}__in": rows.order_by()}).order_by()
    counted = uses.values_list(column).annotate(number=Count("pk")).order_by("-number", column)
    return [str(pk) for pk, _number in counted[:MAX_FREQUENT]]

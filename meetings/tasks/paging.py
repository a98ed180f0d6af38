"""Pages of the list of tasks: the keys of one page from an index, then its rows.

A long list is read in the parts that an index has in order: the rows with a value in the column it is sorted by, then
those without; or, where that column has few values, the rows of each. Pages near its end are read from there, the next
page from the last row on (``after=``) and the previous one from the first row back (``after=-``), so that they neither
skip nor repeat a row that others changed.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.core import signing
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connections
from django.db.models import Exists, Expression, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import LessThanOrEqual
from django.utils.functional import cached_property

from meetings.models import Task
from meetings.models.orders import REGISTER_ORDER, WithoutIndex
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet

# Longer lists are counted exactly only on demand, or when a page beyond is opened.
MOST_COUNTED = 10_000
# Up to this many rows, sorting is as fast as an index, with fewer queries.
_SHORT = 1_000
LAST_PAGE = "last"
# A larger page number would give an OFFSET that no database accepts.
_MOST_PAGES = 10**12
_SECOND = 2
_SALT = "meetings.tasks.paging"
# Before a cursor: to the rows before it.
_BACK = "-"


class InvalidCursorError(ValueError):
    """Raised where ``after=`` is invalid for this order of the list."""


class Key(NamedTuple):
    """A column that rows are ordered by."""

    name: str
    is_descending: bool = False


REGISTER_KEYS = tuple(Key(name) for name in REGISTER_ORDER)
REVERSED_REGISTER_KEYS = tuple(Key(name, is_descending=True) for name in REGISTER_ORDER)
# As the breakdown tables print, the newest meeting first.
PRINTED_KEYS = tuple(Key(name, is_descending=name in ("issued_on", "meeting_id")) for name in REGISTER_ORDER)


@dataclass(frozen=True)
class Part:
    """Rows that stand together, by ``keys`` of which the first alone may be empty.

    ``ends_empty``: there are rows without it, which stand at the end. ``past_day`` is the day of their state, if past.
    """

    tasks: TaskQuerySet
    keys: tuple[Key, ...]
    ends_empty: bool = False
    past_day: datetime.date | None = None

    def sort(self, *, from_end: bool = False) -> TaskQuerySet:
        """Return the rows in order, or from the end."""
        order = [OrderBy(F(name), descending=is_descending) for name, is_descending in self.keys]
        if self.ends_empty:
            order[0].nulls_last = True
        for key in order if from_end else ():
            key.reverse_ordering()
        tasks = self.tasks.indexed()
        if self.past_day and self.keys[0].name == "issued_on":
            # The index is not asked for the states of what that day did not know.
            is_issued: Any = LessThanOrEqual(WithoutIndex("issued_on"), self.past_day)
            tasks = tasks.filter(is_issued)
        return tasks.order_by(*order)

    def sort_beyond(self, values: Sequence[Any], *, from_end: bool = False) -> TaskQuerySet:
        """Return the rows after the one with ``values``; from the end, those before."""
        beyond, same = Q(), Q()
        for (name, is_descending), value in zip(self.keys, values, strict=True):
            is_empty = Q(**{f"{name}__isnull": True})
            if value is None:
                if self.ends_empty and from_end:
                    beyond = ~is_empty
                same &= is_empty
                continue
            is_beyond = Q(**{f"{name}__{'lt' if is_descending != from_end else 'gt'}": value})
            if self.ends_empty and not same and not from_end:
                is_beyond |= is_empty
            beyond |= same & is_beyond
            same &= Q(**{name: value})
        return replace(self, tasks=self.tasks.filter(self._bound(values, from_end), beyond)).sort(from_end=from_end)

    def _bound(self, values: Sequence[Any], from_end: bool) -> Q:
        """Return the condition on the first column, by which an index is read from there."""
        for (name, is_descending), value in zip(self.keys, values, strict=True):
            if self.ends_empty and (value is None or not from_end):
                break
            if value is not None:
                return Q(**{f"{name}__{'lte' if is_descending != from_end else 'gte'}": value})
        return Q()


@dataclass(frozen=True)
class Order:
    """An order of the list, as an address names it (``name``).

    ``sort_key`` is the column or expression, the rows without one at the end both ways; ``keys`` decide between equal
    ones, or alone. ``values`` are the conditions of the few values of a column that no index has, in order.
    ``past_day`` is the day of the list, if past.
    """

    name: str = ""
    keys: tuple[Key, ...] = PRINTED_KEYS
    sort_key: F | Expression | Subquery | None = None
    values: Sequence[Q] = ()
    past_day: datetime.date | None = None

    def sort(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Return all ``tasks`` in the order."""
        return self._whole(tasks).sort()

    def split(self, tasks: TaskQuerySet, *, is_long: bool) -> list[Part]:
        """Return the parts of the list, of which only a long one has several."""
        if not is_long:
            return [self._whole(tasks)]
        if self.values:
            parts = [Part(tasks.filter(condition), self.keys, past_day=self.past_day) for condition in self.values]
            return parts[::-1] if self.is_descending else parts
        whole = self._whole(tasks)
        if not whole.ends_empty:
            return [whole]
        filled, empty = (whole.tasks.filter(Q(order_key__isnull=is_empty)) for is_empty in (False, True))
        # All NULL here: PostgreSQL needs the column in the order to use the index, SQLite must not have it.
        own = () if connections[tasks.db].vendor == "sqlite" else (Key("order_key"),)
        return [Part(filled, whole.keys), Part(empty, (*own, *self.keys))]

    @property
    def is_descending(self) -> bool:
        """Whether it is read from the end."""
        return self.name.startswith("-")

    def _whole(self, tasks: TaskQuerySet) -> Part:
        if self.sort_key is None:
            return Part(tasks, self.keys, past_day=self.past_day)
        own = Key("order_key", self.is_descending)
        return Part(tasks.annotate(order_key=self.sort_key), (own, *self.keys), ends_empty=True)


class TaskPage(Page):
    """A page of `TaskPaginator`: its tasks, and its ends ``before`` and ``after``.

    ``number`` is 0 where nobody counted what comes before it; ``has_others`` says then on which sides others are.
    """

    paginator: "TaskPaginator"

    def __init__(
        self,
        tasks: list[Task],
        number: int,
        paginator: "TaskPaginator",
        *,
        before: str = "",
        after: str = "",
        has_others: tuple[bool, bool] = (False, False),
    ) -> None:
        super().__init__(tasks, number, paginator)
        self.before, self.after, self.has_others = before, after, has_others

    def has_previous(self) -> bool:
        """Return whether a page comes before it."""
        return super().has_previous() if self.number else self.has_others[0]

    def has_next(self) -> bool:
        """Return whether a page comes after it."""
        return super().has_next() if self.number else self.has_others[1]

    def previous_page_number(self) -> int:
        """Return the number of the page before it, or 0."""
        return self.number and super().previous_page_number()

    def next_page_number(self) -> int:
        """Return the number of the page after it, or 0."""
        return self.number and super().next_page_number()


class TaskPaginator(Paginator):
    """Pages of ``tasks`` in an ``order``.

    ``load`` returns the tasks of some ids, with what a row shows. A number beyond `MOST_COUNTED` is known only if
    ``is_exact``. ``rows``, if any, are of a narrower table and name one ``task`` each, which make up ``tasks`` among
    those of the ``whole`` day.
    """

    object_list: TaskQuerySet

    def __init__(
        self,
        tasks: TaskQuerySet,
        order: Order,
        per_page: int,
        *,
        load: Callable[[list[int]], Iterable[Task]],
        is_exact: bool = False,
        rows: QuerySet[Any, Any] | None = None,
        whole: TaskQuerySet | None = None,
    ) -> None:
        super().__init__(tasks, per_page)
        self.order, self.load, self.is_exact = order, load, is_exact
        self.rows, self.whole = rows, whole

    @cached_property
    def count(self) -> int:
        """How many tasks there are, or at least are, where it is not `is_exact`."""
        rows = self.object_list if self.rows is None else self.rows
        if self.is_exact:
            return rows.order_by().count()
        number = _first.count(rows, MOST_COUNTED + 1)
        self.is_exact = number <= MOST_COUNTED
        return min(number, MOST_COUNTED)

    @cached_property
    def parts(self) -> list[Part]:
        """The parts of the list."""
        return self.order.split(self._tasks, is_long=self.count > _SHORT)

    @cached_property
    def _tasks(self) -> TaskQuerySet:
        """The tasks, asked for so that SQLite does not begin with ``rows`` that are many."""
        is_sqlite = connections[self.object_list.db].vendor == "sqlite"
        if self.rows is None or self.whole is None or not is_sqlite or self.count < MOST_COUNTED or self.order.values:
            return self.object_list
        return self.whole.filter(Exists(self.rows.filter(task=OuterRef("pk"))))

    def page(self, number: int | str, after: str = "") -> TaskPage:
        """Return a page by its number or as `LAST_PAGE`, or that ``after`` a cursor.

        Raises EmptyPage, and InvalidCursorError. One beyond those counted is read all the same. One row more than a
        page has tells whether another page follows. The last page of a list that is not counted, and the pages to
        which one goes back from there, have no number.
        """
        counted = self.num_pages
        if number == LAST_PAGE and self.is_exact and not after:
            number = counted
        from_end = after.startswith(_BACK) if after else number == LAST_PAGE
        if after:
            found = self._read_beyond(after.removeprefix(_BACK), from_end=from_end)
        elif from_end:
            found = self._read_parts(list(enumerate(self.parts))[::-1], 0, self.per_page + 1, from_end=True)[::-1]
        else:
            if self.is_exact:
                self.validate_number(number)
            found = self._read(min(int(number) - 1, _MOST_PAGES) * self.per_page) if self.count else []
        if not found:
            if after or number == LAST_PAGE or int(number) > counted:
                raise EmptyPage
            return TaskPage([], int(number), self)
        is_more, is_beyond = len(found) > self.per_page, bool(after)
        found = found[-self.per_page :] if from_end else found[: self.per_page]
        return self._make_page(number, found, (is_more, is_beyond) if from_end else (is_beyond, is_more))

    def _make_page(self, number: int | str, found: list[tuple[int, tuple]], has_others: tuple[bool, bool]) -> TaskPage:
        numbered = 0 if number == LAST_PAGE else int(number)
        if numbered and not self.is_exact:
            self.num_pages = max(self.num_pages, numbered + has_others[1])
        ids = [keys[-1] for _place, keys in found]
        by_id = {task.pk: task for task in self.load(ids)}
        # Rows deleted in the meantime are missing.
        tasks = [by_id[pk] for pk in ids if pk in by_id]
        # The first page has what stands first now, and not what stood before the rows of the second.
        before = "" if numbered == _SECOND else _BACK + self._sign(*found[0])
        return TaskPage(tasks, numbered, self, before=before, after=self._sign(*found[-1]), has_others=has_others)

    def _read(self, start: int) -> list[tuple[int, tuple]]:
        """Return the part and the keys of each row of the page that begins at ``start``."""
        stop = start + self.per_page + (not self.is_exact)
        parts = list(enumerate(self.parts))
        if not self.is_exact or stop <= max(self.count // 2, MOST_COUNTED):
            return self._read_parts(parts, start, stop)
        from_end = self._read_parts(parts[::-1], max(self.count - stop, 0), self.count - start, from_end=True)
        return from_end[::-1]

    def _read_parts(
        self, parts: Sequence[tuple[int, Part]], start: int, stop: int, *, from_end: bool = False
    ) -> list[tuple[int, tuple]]:
        found: list[tuple[int, tuple]] = []
        for place, part in parts:
            rows = _keys.fetch(part.tasks, part.keys, part.ends_empty, part.past_day, from_end, start, stop)
            found += [(place, row) for row in rows]
            if len(rows) == stop - start:
                break
            size = start + len(rows) if rows or not start else part.tasks.order_by().count()
            start, stop = max(start - size, 0), stop - size
        return found

    def _read_beyond(self, cursor: str, *, from_end: bool) -> list[tuple[int, tuple]]:
        try:
            name, place, values = signing.Signer(salt=_SALT).unsign_object(cursor)
        except (signing.BadSignature, ValueError) as error:
            raise InvalidCursorError from error
        # The list may have become short or long in the meantime, so the parts are those of the cursor.
        parts = self.order.split(self._tasks, is_long=place is not None)
        if name != self.order.name:
            raise InvalidCursorError
        place, number = place or 0, self.per_page + 1
        rows = _values(parts[place], parts[place].sort_beyond(values, from_end=from_end)[:number])
        found, places = [(place, row) for row in rows], list(enumerate(parts))
        rest = places[:place][::-1] if from_end else places[place + 1 :]
        if len(found) < number:
            found += self._read_parts(rest, 0, number - len(found), from_end=from_end)
        return found[::-1] if from_end else found

    def _sign(self, place: int, values: tuple) -> str:
        has_parts = len(self.parts) > 1
        written = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
        # Without the moment, so that the same page has the same addresses.
        return signing.Signer(salt=_SALT).sign_object([self.order.name, place if has_parts else None, written])


@PreparedQuery
def _first(rows: QuerySet[Any, Any], number: int) -> QuerySet[Any, Any]:
    return rows.order_by().values("pk" if rows.model is Task else "task")[:number]


@PreparedQuery
def _keys(
    tasks: TaskQuerySet,
    keys: tuple[Key, ...],
    ends_empty: bool,
    past_day: datetime.date | None,
    from_end: bool,
    start: int,
    stop: int,
) -> QuerySet[Any, Any]:
    rows = Part(tasks, keys, ends_empty, past_day).sort(from_end=from_end)[start:stop]
    return rows.values_list(*(key.name for key in keys))


def _values(part: Part, tasks: TaskQuerySet) -> list[tuple]:
    return list(tasks.values_list(*(key.name for key in part.keys)))

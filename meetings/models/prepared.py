"""Queries that are asked again and again: their SQL is kept, and never an answer."""

import copy
import functools
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Prefetch, QuerySet, TextChoices, prefetch_related_objects
from django.db.models.query import ValuesListIterable

# What was not asked for longest is built again.
MAX_KEPT = 2000
# The rows of a page at most.
MAX_ROWS = 200


_Made = TypeVar("_Made", bound=QuerySet[Any, Any])


def keep_for_each_thread(maxsize: int) -> Callable[[Callable[..., _Made]], Callable[..., _Made]]:
    """Let each thread keep the last ``maxsize`` querysets that a function made.

    As `functools.lru_cache` does, but for each thread by itself. Copies of a queryset share its subqueries, and Django
    changes a query while it makes its SQL: two threads at once would make SQL that no database understands.
    """

    def decorate(make: Callable[..., _Made]) -> Callable[..., _Made]:
        of_thread = threading.local()

        @functools.wraps(make)
        def find_or_make(*arguments: Hashable) -> _Made:
            if not hasattr(of_thread, "kept"):
                of_thread.kept = functools.lru_cache(maxsize)(make)
            found: _Made = of_thread.kept(*arguments)
            return found

        return find_or_make

    return decorate


class Identified:
    """A queryset that may know all it depends on: its SQL need not be built again.

    What is derived from it (`filter` …) is another query, and has no identity.
    """

    identity: tuple[Hashable, ...] | None = None

    def identified_by(self, *identity: Hashable) -> Self:
        """Identify this one, among those of its model, by all that it depends on."""
        self.identity = identity
        return self


class PreparedQuery:
    """Asks the query that ``build`` makes of its arguments; use it as a decorator.

    Django takes ten times as long to build such a query as the database to answer it. The arguments have to say all
    that the query depends on, since it is built once for each choice of them, whatever is in a `Later` number or in the
    ``numbers`` of an account; where one is a queryset without an identity, it is built each time.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._kept = functools.lru_cache(maxsize=MAX_KEPT)(self._prepare)
        # Most arguments are parameters of the same SQL.
        self._shapes: WeakValueDictionary[str, _Shape] = WeakValueDictionary()

    def fetch(self, *arguments: Any) -> list[Any]:
        """Return what the query yields now: instances, tuples or dictionaries."""
        prepared = self._ready(arguments)
        return prepared.fetch(arguments) if prepared else []

    def count(self, *arguments: Any) -> int:
        """Return how many rows there are now."""
        prepared = self._ready(arguments)
        return prepared.count(arguments) if prepared else 0

    def fetch_from(self, rows: str, select: str, *arguments: Any) -> list[Any]:
        """Return what ``select`` makes of the rows, which it knows as ``rows``.

        That names them and their columns as SQL does: ``found (task, health)``.
        """
        prepared = self._ready(arguments)
        return prepared.fetch_from(rows, select, arguments) if prepared else []

    def _ready(self, arguments: tuple[Any, ...]) -> "_Prepared | None":
        if not all(each.is_possible for each in arguments if isinstance(each, Later)):
            return None
        keyed = tuple(_Keyed(each, place) for place, each in enumerate(arguments))
        is_known = all(each.key is not None for each in keyed if isinstance(each.value, QuerySet))
        return self._kept(*keyed) if is_known else self._prepare(*keyed)

    def _prepare(self, *arguments: "_Keyed") -> "_Prepared | None":
        queryset: Any = self.build(*(each.take_value() for each in arguments))
        compiler = queryset.query.get_compiler(queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        # What is loaded besides may depend on more than the SQL.
        lookups, queryset._prefetch_related_lookups = queryset._prefetch_related_lookups, ()
        sql, params = _write_choices(sql, params)
        return _Prepared(self._shapes.setdefault(sql, _Shape(queryset, compiler, sql)), params, lookups)


def _write_choices(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write statuses, kinds and roles into the SQL, where they are parameters.

    Such a value may decide whether a partial index can be used. As a parameter, SQLite would look at it and plan the
    query again each time, which takes longer than answering it.
    """
    left = []
    values = iter(params)

    def write(found: re.Match[str]) -> str:
        if found[0] != "%s":
            return found[0]
        value = next(values)
        if isinstance(value, TextChoices):
            return f"'{value.value}'"
        left.append(value)
        return "%s"

    return re.sub("%[s%]", write, sql), left


class Later(int):
    """A row's number, which is put into the parameters when the query is asked."""

    @property
    def is_possible(self) -> bool:
        """Whether a row could have it: a database knows no larger ones."""
        return abs(self) < 2**63


def _stand_in(place: int) -> int:
    """Return the number that a query is built with for the `Later` one at ``place``.

    The largest numbers that a column of any kind of integer takes, which no row has.
    """
    return 2**31 - 1 - place


def _stand_ins(place: int, numbers: Sequence[int | None]) -> list[int | None]:
    """Return negative stand-ins for the ``numbers`` of the argument at ``place``."""
    first = place * len(numbers)
    return [None if number is None else -_stand_in(first + index) for index, number in enumerate(numbers)]


class _Keyed:
    """An argument that equals any other one which makes the same query.

    An argument with an identity is compared by that alone. Keeping an account itself would keep its request, too.
    """

    __slots__ = ("key", "place", "value")

    def __init__(self, value: Any, place: int) -> None:
        self.place = place
        self.value = _stand_in(place) if isinstance(value, Later) else value
        self.key = getattr(self.value, "identity", None if isinstance(value, QuerySet) else self.value)

    def take_value(self) -> Any:
        """Return the argument, which is built with once."""
        value: Any = self.value
        self.value = None
        return value.with_numbers(*_stand_ins(self.place, value.numbers)) if hasattr(value, "numbers") else value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class _Shape:
    """A queryset whose SQL was made, for whatever parameters."""

    def __init__(self, queryset: QuerySet[Any, Any], compiler: Any, sql: str) -> None:
        self.queryset, self.compiler, self.sql = queryset, compiler, sql
        # How values are converted is the same each time, too.
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _expressions: converters
        self.converters = converters
        self.yields_tuples = queryset._iterable_class is ValuesListIterable and not compiler.has_extra_select


class _Prepared:
    """The SQL of a query with its parameters, and the related rows to load."""

    def __init__(self, shape: _Shape, params: Sequence[Any], lookups: Sequence[Any]) -> None:
        self.shape, self.params, self.lookups = shape, params, lookups

    def fetch(self, arguments: Sequence[Any]) -> list[Any]:
        """Return the rows, by what the compiler learned when it made the SQL."""
        params = self._complete(arguments)
        if self.shape.yields_tuples:
            return self._fetch_tuples(params)
        compiler: Any = copy.copy(self.shape.compiler)
        # Each thread has its own.
        compiler.connection = connection
        compiler.as_sql = lambda *_arguments, **_options: (self.shape.sql, params)
        queryset: Any = self.shape.queryset.all()
        queryset.query.get_compiler = lambda *_arguments, **_options: compiler
        rows = list(queryset)
        load_related(rows, *self.lookups)
        return rows

    def _fetch_tuples(self, params: Sequence[Any]) -> list[Any]:
        """Return the rows as the database gives them, which takes no queryset."""
        with connection.cursor() as cursor:
            cursor.execute(self.shape.sql, params)
            rows = cursor.fetchall()
        converters = self.shape.converters
        return [tuple(row) for row in self.shape.compiler.apply_converters(rows, converters)] if converters else rows

    def count(self, arguments: Sequence[Any]) -> int:
        """Return how many rows there are, without making them."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({self.shape.sql}) AS counted", self._complete(arguments))  # nosec B608 # names of tables and columns, never a value
            return cursor.fetchone()[0]

    def fetch_from(self, rows: str, select: str, arguments: Sequence[Any]) -> list[Any]:
        """Return what ``select`` makes of the rows, which are read once."""
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {rows} AS ({self.shape.sql}) {select}", self._complete(arguments))  # nosec B608 # names of tables and columns, never a value
            return cursor.fetchall()

    def _complete(self, arguments: Sequence[Any]) -> Sequence[Any]:
        later: dict[int | None, int | None] = {}
        for place, each in enumerate(arguments):
            if isinstance(each, Later):
                later[_stand_in(place)] = int(each)
            elif hasattr(each, "numbers"):
                later.update(zip(_stand_ins(place, each.numbers), each.numbers, strict=True))
        if not later:
            return self.params
        return [later.get(each, each) if isinstance(each, int) else each for each in self.params]


def prefetch_prepared(
    lookup: str, build: Callable[..., QuerySet[Any]], *arguments: Any, to_attr: str | None = None
) -> "Prefetch[Any, Any, Any]":
    """Return a lookup of what refers to rows; a `PreparedQuery` loads it by kept SQL.

    ``build`` makes the queryset of all that there are, of ``arguments``, which have to say all that it depends on.
    """
    prefetch: Any = Prefetch(lookup, build(*arguments), to_attr)
    prefetch.prepared = build, arguments
    return prefetch


def load_related(rows: Sequence[Any], *lookups: Any) -> None:
    """Load what ``lookups`` say of ``rows``, those that are prepared by kept SQL."""
    for lookup in lookups:
        # That of very many rows is not worth keeping.
        if hasattr(lookup, "prepared") and 0 < len(rows) <= MAX_ROWS:
            _load(rows, lookup)
            continue
        if hasattr(lookup, "prepared"):
            # Its own queryset may be kept, and another thread may be making its SQL.
            build, arguments = lookup.prepared
            lookup = prefetch_prepared(lookup.prefetch_through, build, *arguments, to_attr=lookup.to_attr)
        prefetch_related_objects(rows, lookup)


def _load(rows: Sequence[Any], lookup: Any) -> None:
    """Load it for ``rows``, as Django does."""
    key = rows[0]._meta.get_field(lookup.prefetch_through).field
    found = defaultdict(list)
    numbers = [Later(row.pk) for row in rows]
    # As many as the next power of two, the last one again and again: few lengths are few queries to keep.
    numbers += numbers[-1:] * ((1 << (len(rows) - 1).bit_length()) - len(rows))
    for related in _related.fetch(*lookup.prepared, key.name, *numbers):
        found[getattr(related, key.attname)].append(related)
    for row in rows:
        for related in found[row.pk]:
            setattr(related, key.name, row)
        if lookup.to_attr:
            setattr(row, lookup.to_attr, found[row.pk])
            continue
        of_row = getattr(row, lookup.prefetch_through)._apply_rel_filters(lookup.queryset)
        of_row._result_cache, of_row._prefetch_done = found[row.pk], True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[lookup.prefetch_through] = of_row


@PreparedQuery
def _related(build: Callable[..., QuerySet[Any]], arguments: tuple[Any, ...], key: str, *rows: int) -> QuerySet[Any]:
    return build(*arguments).filter(**{f"{key}__in": rows})

"""Whether a text holds a word, in letters of any width, and indexes that know.

An index holds the letters of a text, its pairs of letters, and the threes of its spelling: a GIN index on PostgreSQL;
on SQLite an FTS5 table, which triggers keep by the function `meetings_grams` of Python (migration 0020_text_search).
What an index finds is confirmed on the text itself, so that the results are those of looking through all of them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import BigAutoField, BooleanField, CharField, Expression, F, Lookup, Q, TextField
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler
from django.dispatch import receiver

from meetings.core.grams import build_grams, same_letters

# Of which there are at least this many, and one for every second task, is in nearly all of them: it is found sooner by
# looking through the tasks in their order than by collecting where it is.
_FREQUENT = 1000


@CharField.register_lookup
@TextField.register_lookup
class Holds(Lookup):
    """Whether a text holds a word, in letters of whatever width and case."""

    lookup_name = "holds"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        text, params = self.process_lhs(compiler, connection)
        letters = (same_letters(letter) for letter in self.rhs)
        pattern = "".join(letter if len(letter) == 1 and letter not in "*?[" else f"[{letter}]" for letter in letters)
        return f"{text} GLOB %s", [*params, f"*{pattern}*"]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        text, params = self.process_lhs(compiler, connection)
        letters = [same_letters(letter) for letter in self.rhs]
        if all(len(letter) == 1 for letter in letters):
            return f"{text} LIKE %s", [*params, f"%{connection.ops.prep_for_like_query(self.rhs)}%"]
        pattern = "".join(re.escape(letter) if len(letter) == 1 else f"[{letter}]" for letter in letters)
        return f"{text} ~ %s", [*params, pattern]


@BigAutoField.register_lookup
class Among(In):
    """Whether a key is one of a query's, which is asked once and for all.

    PostgreSQL would otherwise compare each row with every row of an answer that it takes for a small one.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        key, params = self.process_lhs(compiler, connection)
        keys, key_params = self.process_rhs(compiler, connection)
        return f"{key} = ANY(ARRAY{keys})", [*params, *key_params]


def contains_word(word: str, *places: str) -> Q:
    """Return the condition that one of ``places`` holds ``word``."""
    return Q(*((f"{place}__holds", word) for place in places), _connector=Q.OR)


@dataclass(frozen=True, slots=True)
class TextIndex:
    """The index of the texts of a table's rows, and of their spelling."""

    table: str
    texts: tuple[str, ...]
    spelling: str = ""

    @property
    def fts_table(self) -> str:
        """The name of the table that is the index on SQLite."""
        return f"{self.table}_grams"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is made of."""
        return (*self.texts, *filter(None, [self.spelling]))

    def grams_sql(self, columns: Sequence[str]) -> str:
        """Return the expression that is indexed, of the SQL of its columns."""
        texts = " || ' ' || ".join(columns[: len(self.texts)])
        return f"meetings_grams({texts}, {columns[-1] if self.spelling else repr('')})"

    def has(self, grams: Sequence[str]) -> Q:
        """Return the condition that a row may hold a word of these ``grams``."""
        return Q(_HasGrams(self, grams))


TASK_INDEX = TextIndex("meetings_task", ("text", "remarks"), "spelling")
SUGGESTION_INDEX = TextIndex("meetings_suggestion", ("text", "lead_in"), "spelling")
NOTE_INDEX = TextIndex("meetings_tasklog", ("note",))
INDEXES = (TASK_INDEX, SUGGESTION_INDEX, NOTE_INDEX)


class _HasGrams(Expression):
    """Whether the index of a row's texts has all of some grams."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, index: TextIndex, grams: Sequence[str]) -> None:
        super().__init__()
        self.index, self.grams = index, grams
        self.columns: list[Any] = [F("pk"), *map(F, index.columns)]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        key, *columns = (compiler.compile(column)[0] for column in self.columns)
        if connection.vendor == "sqlite":
            return f"{key} IN ({_candidates_sql(self.index)})", [_fts_query(self.grams)]
        return f'{self.index.grams_sql(columns)} @> (%s::text[] COLLATE "C")', [list(self.grams)]


def _candidates_sql(index: TextIndex) -> str:
    return f"SELECT rowid FROM {index.fts_table} WHERE {index.fts_table} MATCH %s"  # nosec B608 # names of tables and columns, never a value


def _fts_query(grams: Sequence[str]) -> str:
    return " ".join('"' + gram.replace('"', '""') + '"' for gram in grams)


def is_frequent(grams: Sequence[str], *indexes: TextIndex) -> bool:
    """Return whether so many rows have all ``grams`` that nearly any task will do.

    PostgreSQL is asked for what it estimates, SQLite counts; costs a query.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = " UNION ALL ".join(map(_candidates_sql, indexes))
            many = f"(SELECT coalesce(max(id), 0) / 2 + {_FREQUENT} FROM {TASK_INDEX.table})"  # nosec B608 # names of tables and columns, never a value
            cursor.execute(f"SELECT count(*) >= {many} FROM ({rows} LIMIT {many})", [_fts_query(grams)] * len(indexes))  # nosec B608 # names of tables and columns, never a value
            return bool(cursor.fetchone()[0])
        rows = " UNION ALL ".join(
            f'SELECT 1 FROM {index.table} WHERE {index.grams_sql(index.columns)} @> (%s::text[] COLLATE "C")'  # nosec B608 # names of tables and columns, never a value
            for index in indexes
        )
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) {rows} UNION ALL SELECT 1 FROM {TASK_INDEX.table}",  # nosec B608 # names of tables and columns, never a value
            [list(grams)] * len(indexes),
        )
        plan = cursor.fetchone()[0]
    *found, everything = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plans"]
    return sum(part["Plan Rows"] for part in found) >= everything["Plan Rows"] / 2 + _FREQUENT


@receiver(connection_created)
def _lend_grams_to_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("meetings_grams", 2, build_grams, deterministic=True)

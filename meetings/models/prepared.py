"""Queries that every page asks: their SQL is kept, and never an answer."""

import functools
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


class PreparedQuery:
    """Asks the query that ``build`` makes of its arguments; use it as a decorator.

    Django takes ten times as long to build such a query as the database to answer it. The arguments have to say all
    that the query depends on, since it is built once for each choice of them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build
        self._sql_for = functools.lru_cache(maxsize=1000)(self._make_sql)

    def _make_sql(self, *arguments: Any) -> tuple[str, tuple[Any, ...]] | None:
        try:
            sql, params = self.build(*arguments).query.sql_with_params()
        except EmptyResultSet:
            return None
        # Most differ in their parameters alone.
        return sys.intern(sql), params

    def rows(self, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows that there are now, as the database has them."""
        return self._ask("{}", arguments)

    def count(self, *arguments: Any) -> int:
        """Return how many rows there are now."""
        found = self._ask("SELECT COUNT(*) FROM ({}) AS counted", arguments)
        return found[0][0] if found else 0

    def _ask(self, question: str, arguments: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        prepared = self._sql_for(*arguments)
        if prepared is None:
            return []
        sql, params = prepared
        with connection.cursor() as cursor:
            cursor.execute(question.format(sql), params)
            return cursor.fetchall()

"""Whether the indexes of texts hold what the rows say."""

from __future__ import annotations

from django.db import connection

from meetings.core.grams import build_grams
from meetings.models.text_search import INDEXES, TextIndex


def assert_texts_are_indexed() -> None:
    """Compare each index, gram by gram, with the rows of its table."""
    for index in INDEXES:
        assert indexed_grams(index) == grams_of_rows(index), index.table


def grams_of_rows(index: TextIndex) -> dict[int, set[str]]:
    texts = " || ' ' || ".join(index.texts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {texts}, {index.spelling or repr('')} FROM {index.table}")
        grams = {pk: set(build_grams(text, spelling).split()) for pk, text, spelling in cursor.fetchall()}
    return {pk: of_row for pk, of_row in grams.items() if of_row}


def indexed_grams(index: TextIndex) -> dict[int, set[str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            terms = f"{index.fts_table}_terms"
            cursor.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{terms} USING fts5vocab(main, {index.fts_table}, instance)"
            )
            cursor.execute(f"SELECT doc, term FROM temp.{terms}")
        else:
            cursor.execute(f"SELECT id, unnest({index.grams_sql(index.columns)}) FROM {index.table}")
        found: dict[int, set[str]] = {}
        for pk, gram in cursor.fetchall():
            found.setdefault(pk, set()).update((gram or "").split())
    return found

"""What the indexes of texts hold, however the texts came, and what they are asked for."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.core import grams
from meetings.models import Suggestion, Task, TaskLog
from meetings.models.text_search import INDEXES, SUGGESTION_INDEX, TASK_INDEX, is_frequent
from tests import factories
from tests.depth import examples
from tests.text_indexes import assert_texts_are_indexed

pytestmark = pytest.mark.django_db


def test_a_text_is_indexed_however_it_is_written(world):
    assert_texts_are_indexed()
    task = world.overdue
    task.remarks = "由ＣＮＡＳ秘书处\n配合“%_*'"
    task.save()
    factories.progress(task, "已印发ＡBc。", on=world.day)
    Suggestion.objects.update(lead_in="如下：")
    Suggestion.objects.bulk_create(
        [Suggestion(meeting=task.suggestion.meeting, position=900 + n, text="加强培训") for n in range(3)]
    )
    Suggestion.objects.filter(position=901).delete()
    assert_texts_are_indexed()
    Task.objects.filter(pk=task.pk).update(text="改为İıſK", remarks="")
    assert_texts_are_indexed()


def test_what_was_rolled_back_is_in_no_index(world):
    with transaction.atomic():
        Task.objects.filter(pk=world.overdue.pk).update(text="另一说法")
        transaction.set_rollback(True)
    assert_texts_are_indexed()


@pytest.mark.long
def test_fixtures_are_indexed():
    for _again in range(2):
        call_command("loaddata", "meeting_81", verbosity=0)
        assert_texts_are_indexed()


def test_the_indexes_are_kept():
    """A migration that remakes a table on SQLite drops its triggers: it has to create them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_grams_%'")
            expected = {f"{index.fts_table}_{event}" for index in INDEXES for event in ("insert", "update", "delete")}
        else:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%_grams'")
            expected = {index.fts_table for index in INDEXES}
        assert {name for (name,) in cursor.fetchall()} == expected


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.table)
def test_the_index_is_what_is_asked(world, index):
    model = next(model for model in (Task, Suggestion, TaskLog) if model._meta.db_table == index.table)
    rows = model._base_manager.filter(index.has(["培训"]))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read sooner than an index of letters.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert index.fts_table in rows.order_by().explain()


@pytest.mark.long
def test_what_nearly_every_row_has_is_frequent(monkeypatch):
    monkeypatch.setattr("meetings.models.text_search._FREQUENT", 3)
    row = factories.suggestion(text="建立机制")
    for number in range(10):
        factories.task(row, text=f"编制培训计划{'鹤' if not number else ''}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert is_frequent(["培训"], TASK_INDEX, SUGGESTION_INDEX)
    assert not is_frequent(["鹤"], TASK_INDEX, SUGGESTION_INDEX)
    assert not is_frequent(["没有"], TASK_INDEX)


def test_an_empty_register_has_no_frequent_word():
    assert not is_frequent(["培训"], *INDEXES)


def test_the_index_folds_exactly_the_letters_that_are_one_of_the_keyboard():
    alike = {letter: set(grams.same_letters(letter)) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"}
    assert {key: {letter for letter in grams.FOLDED if grams.FOLDED[letter] == key} | {key} for key in alike} == alike


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_has_all_grams_of_each_word_in_it(before, word, after):
    word = "".join(word.split())
    assert set(grams.split_word(word)) <= set(grams.build_grams(before + word + after, "").split())
    folded = "".join(grams.same_letters(letter)[0] for letter in word)
    assert set(grams.split_word(folded)) <= set(grams.build_grams(before + word + after, "").split())

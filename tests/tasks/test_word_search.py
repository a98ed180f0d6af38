"""The indexes find what looking through every text finds, neither more nor less."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings, strategies as st

from meetings.core.pinyin import is_pinyin_query
from meetings.core.text import narrow_letters
from meetings.models import EntryKind, Task, TaskLog
from meetings.tasks import word_search
from meetings.tasks.filters import filter_tasks
from tests import factories
from tests.depth import examples

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 6, 30)
LETTERS = "认可委的培训AaｓSéÉµμΜ1１%_*[]^\\'\"（(-🎉"
TEXTS = st.text(LETTERS + " \n", min_size=1, max_size=8).filter(str.strip)
WORD = st.text(LETTERS, min_size=1, max_size=4) | st.sampled_from(["rk", "pei", "pxdr"])


@pytest.fixture
def tasks() -> list[Task]:
    return [factories.task(factories.suggestion()) for _number in range(3)]


def plain(text: str) -> str:
    return "".join(narrow_letters(letter).upper() for letter in text)


def look_through(words: list[str]) -> set[int]:
    """Return what a reader of every text would find."""
    texts, spellings = {}, {}
    for task in Task.objects.select_related("suggestion"):
        reports = task.log.filter(is_report=True, effective_on__lte=DAY).values_list("note", flat=True)
        of_suggestion = task.suggestion.text, task.suggestion.lead_in
        texts[task.pk] = [plain(text) for text in (task.text, task.remarks, *of_suggestion, *reports)]
        spellings[task.pk] = task.spelling, task.suggestion.spelling
    found = {pk for pk in texts if all(any(plain(word) in text for text in texts[pk]) for word in words)}
    if found or not all(map(is_pinyin_query, words)):
        return found
    return {
        pk for pk, spelled in spellings.items() if all(any(word.lower() in text for text in spelled) for word in words)
    }


@pytest.mark.long
@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), min_size=3, max_size=3),
    st.lists(WORD, min_size=1, max_size=2),
)
@example([("认可", "µ", "培训", "É", "ＡS", "x")] * 3, ["peixun"])
@example([("认", "可", "a b", "B-", "[x]", "*")] * 3, ["]", "b"])
# All pairs of the word's letters, and never the word.
@example([("认可 可信", "可信认可", "认可，可信", "可信、认可", "认可 可信", "x")] * 3, ["认可信"])
@example([("认可 可信", "可信认可", "认可，可信", "可信、认可", "认可 可信", "认可信")] * 3, ["认可信"])
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_holds_what_looking_through_every_text_finds(monkeypatch, tasks, texts, words):
    for task, (text, remarks, suggestion, lead_in, note, later) in zip(tasks, texts, strict=True):
        task.text, task.remarks = text, remarks
        task.save()
        task.suggestion.text, task.suggestion.lead_in = suggestion, lead_in
        task.suggestion.save()
        last = task.log.order_by("sequence").last().sequence
        for number, said, day in ((1, note, DAY), (2, later, DAY + datetime.timedelta(days=1))):
            entry = {"kind": EntryKind.PROGRESS, "effective_on": day, "is_report": True, "note": said}
            TaskLog.objects.create(task=task, sequence=last + number, **entry)
    params = QueryDict(mutable=True)
    params["q"] = " ".join(words)
    for is_frequent in (True, False):
        monkeypatch.setattr(word_search, "is_frequent", lambda *_asked, answer=is_frequent: answer)
        found = filter_tasks(params, Task.objects.on(DAY), DAY)
        assert set(found.values_list("pk", flat=True)) == look_through(words), is_frequent


@pytest.mark.parametrize("word", ["认可信", "renkexin"])
def test_the_search_box_finds_no_word_whose_pairs_stand_apart(client, word):
    """The index says where all pairs of letters are; whether the word is there, the text does."""
    client.force_login(factories.account("reader"))
    apart, whole = "认可与可信的体系", "认可信息的共享"
    for text in (apart, whole):
        suggestion = factories.suggestion(text=f"建议{text}")
        factories.task(suggestion, text=text)
    page = client.get("/search/", {"q": word}).content.decode()
    assert whole in page.replace("<mark>", "").replace("</mark>", "")
    assert apart not in page.replace("<mark>", "").replace("</mark>", "")

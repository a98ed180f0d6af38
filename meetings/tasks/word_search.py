"""Which tasks and suggestions hold words, by the indexes of their texts."""

import datetime
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from meetings.core.grams import split_spelling, split_word
from meetings.core.pinyin import is_pinyin_query
from meetings.models import Suggestion, Task, TaskLog
from meetings.models.task import TaskQuerySet
from meetings.models.text_search import NOTE_INDEX, SUGGESTION_INDEX, TASK_INDEX, contains_word, is_frequent


def find_tasks(tasks: TaskQuerySet, words: Sequence[str], day: datetime.date) -> TaskQuerySet:
    """Find all ``words`` in task, suggestion, remarks or the progress up to ``day``.

    Where nothing has them as they are, words that may be pinyin or initials are looked for as such, in the task and
    its suggestion. Each word costs a query, and so does it to know that nothing has them.
    """
    matches = tasks.filter(*(_tasks_with(word, day) for word in words))
    if words and all(map(is_pinyin_query, words)) and not matches.exists():
        return tasks.filter(*(_tasks_spelled(word.lower()) for word in words))
    return matches


def _tasks_with(word: str, day: datetime.date) -> Q:
    grams = split_word(word)
    reports = TaskLog.objects.standing().filter(is_report=True, effective_on__lte=day)
    if not grams or is_frequent(grams, TASK_INDEX, SUGGESTION_INDEX, NOTE_INDEX):
        # The word is so frequent that scanning the tasks in their order is faster.
        own_reports = reports.filter(contains_word(word, *NOTE_INDEX.texts), task=OuterRef("pk"))
        suggestion_texts = (f"suggestion__{text}" for text in SUGGESTION_INDEX.texts)
        return contains_word(word, *TASK_INDEX.texts, *suggestion_texts) | Q(Exists(own_reports))
    return _among_tasks(
        TASK_INDEX.has(grams) & contains_word(word, *TASK_INDEX.texts),
        SUGGESTION_INDEX.has(grams) & contains_word(word, *SUGGESTION_INDEX.texts),
        reports.filter(NOTE_INDEX.has(grams) & contains_word(word, *NOTE_INDEX.texts)).order_by().values("task"),
    )


def _tasks_spelled(word: str) -> Q:
    spelled = Q(spelling__contains=word)
    grams = split_spelling(word)
    if not grams or is_frequent(grams, TASK_INDEX, SUGGESTION_INDEX):
        return spelled | Q(suggestion__spelling__contains=word)
    return _among_tasks(TASK_INDEX.has(grams) & spelled, SUGGESTION_INDEX.has(grams) & spelled)


def _among_tasks(of_task: Q, of_suggestion: Q, *others: QuerySet) -> Q:
    tasks = Task.objects.order_by().values("pk")
    by_suggestion = tasks.filter(suggestion__in=Suggestion.objects.filter(of_suggestion))
    return Q(pk__among=tasks.filter(of_task).union(by_suggestion, *others, all=True))


def suggestion_has(word: str, *others: QuerySet) -> Q:
    """Return the condition that a text has ``word``, or that ``others`` have the key."""
    grams = split_word(word)
    text = contains_word(word, *SUGGESTION_INDEX.texts)
    if not grams or is_frequent(grams, SUGGESTION_INDEX):
        return text | Q(*(("pk__in", keys) for keys in others), _connector=Q.OR)
    return _among_suggestions(text & SUGGESTION_INDEX.has(grams), *others)


def suggestion_spelled(word: str) -> Q:
    """Return the condition that a suggestion is spelled with ``word``."""
    grams = split_spelling(word)
    spelled = Q(spelling__contains=word)
    return spelled if not grams or is_frequent(grams, SUGGESTION_INDEX) else spelled & SUGGESTION_INDEX.has(grams)


def _among_suggestions(condition: Q, *others: QuerySet) -> Q:
    suggestions = Suggestion.objects.order_by().values("pk")
    return Q(pk__among=suggestions.filter(condition).union(*others, all=True))

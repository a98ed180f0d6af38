"""Search of people, departments, meetings, suggestions and tasks, also by pinyin.

A word is found where it is a part of a name or text. Names are found by pinyin and initials, too (lzs: 刘仲书); so
are long texts, but only where nothing is found as it was typed, for the initials of a text hold many words by chance.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings import permissions
from meetings.core.pinyin import is_pinyin_query
from meetings.core.text import narrow_letters
from meetings.models import (
    Account,
    Department,
    FormerName,
    Health,
    Meeting,
    Person,
    Suggestion,
    SuggestionSource,
    Task,
    TaskLeader,
)
from meetings.models.organisation import count_rows
from meetings.models.text_search import contains_word
from meetings.tasks.filter_fields import SearchTextField
from meetings.tasks.paging import MOST_COUNTED
from meetings.tasks.word_search import find_tasks, suggestion_has, suggestion_spelled

# Enough to recognise a result; another word or the list of tasks narrows down the rest.
MAX_SHOWN = 6
MAX_LENGTH = 300
# Brackets are typed in many ways: 〔2023〕81号, [2023]81号, （2023）81号.
# 7, 第7条, 建议7
_ROW_NUMBER = re.compile(r"(?:建议|第)?([0-9]{1,5})[条号]?")
_BETWEEN_WORDS = re.compile(r"[\s\[\]()（）〔〕【】《》“”\"'、，,。;；:：]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its title, its address, and a detail that tells it from others."""

    title: str
    address: str
    detail: str = ""
    # The numbers of its tasks by health, for results with tasks.
    healths: tuple[tuple[Health, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Results of one kind; ``more_url`` is the address of all ``number`` of them.

    Unless ``is_exact``, there are more than ``number``.
    """

    key: str
    title: Promise
    hits: list[Hit]
    number: int | None = None
    more_url: str = ""
    is_exact: bool = True

    @property
    def has_more(self) -> bool:
        """Whether there are more than those shown."""
        return self.number is None and len(self.hits) > MAX_SHOWN

    @property
    def visible_hits(self) -> list[Hit]:
        """As many as a page shows."""
        return self.hits[:MAX_SHOWN]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The results in groups; ``error`` says why nothing was searched for."""

    groups: list[HitGroup] = field(default_factory=list)
    error: str = ""

    @property
    def total(self) -> int:
        """How many are shown, or known of; a round number where there are more."""
        if not all(group.is_exact for group in self.groups):
            return MOST_COUNTED
        return sum(group.number if group.number is not None else len(group.visible_hits) for group in self.groups)

    @property
    def is_exact(self) -> bool:
        """Whether there are no more than `total`."""
        return all(group.is_exact and not group.has_more for group in self.groups)


def search(account: Account, text: str, day: datetime.date) -> SearchResult:
    """Search all that ``account`` may read on ``day`` for the words of ``text``.

    Every word has to be found. Costs eight queries, two for each word, and more where they may be pinyin.
    """
    typed = narrow_letters(text[: MAX_LENGTH + 1]).strip()
    words = [word for word in dict.fromkeys(_BETWEEN_WORDS.split(typed)) if word]
    if not words or not account.is_authenticated:
        return SearchResult()
    if len(text.strip()) > MAX_LENGTH or len(words) > SearchTextField.MAX_WORDS:
        return SearchResult(error=_("Search for %(most)d words at most.") % {"most": SearchTextField.MAX_WORDS})
    groups = [
        _people(words),
        _departments(words),
        _meetings(account, words, day),
        _suggestions(account, words, day),
        _tasks(account, words, day),
    ]
    return SearchResult([group for group in groups if group.hits])


def _match_all(words: Iterable[str], *places: str, pinyin_field: str = "spelling") -> Q:
    """Return the condition that each of ``words`` is in a place, or in the spelling."""
    condition = Q()
    for word in words:
        somewhere = contains_word(word, *places)
        if pinyin_field and is_pinyin_query(word):
            somewhere |= Q(**{f"{pinyin_field}__contains": word.lower()})
        condition &= somewhere
    return condition


def _match_any_name(model: type[Person | Department], words: Sequence[str], *places: str) -> QuerySet:
    """Return those in use by any name: own, former, or of one merged into them."""
    kind = model.__name__.lower()
    formerly = FormerName.objects.filter(_match_all(words, "name"), **{kind: OuterRef("pk")})
    merged = model.objects.filter(_match_all(words, *places), merged_into=OuterRef("pk"))
    return model.objects.filter(merged_into__isnull=True).filter(
        _match_all(words, *places) | Q(Exists(formerly)) | Q(Exists(merged))
    )


def _people(words: Sequence[str]) -> HitGroup:
    supervised = count_rows(TaskLeader.objects.filter(task__joined_into__isnull=True), "person")
    suggested = count_rows(SuggestionSource.objects.all(), "person")
    people = _match_any_name(Person, words, "name", "unit").annotate(supervised=supervised, suggested=suggested)
    hits = [
        Hit(str(person), person.get_absolute_url(), _person_detail(person.supervised, person.suggested))
        for person in people.order_by("-is_active", "-supervised", "-suggested", "pk")[: MAX_SHOWN + 1]
    ]
    return HitGroup("people", gettext_lazy("People"), hits)


def _person_detail(supervised: int, suggested: int) -> str:
    parts = []
    if supervised:
        parts.append(ngettext("supervises %(n)d task", "supervises %(n)d tasks", supervised) % {"n": supervised})
    if suggested:
        parts.append(ngettext("made %(n)d suggestion", "made %(n)d suggestions", suggested) % {"n": suggested})
    return _("; ").join(parts)


def _departments(words: Sequence[str]) -> HitGroup:
    of_department = Task.departments.through.objects.filter(task__joined_into__isnull=True)
    departments = _match_any_name(Department, words, "name").annotate(parts=count_rows(of_department, "department"))
    hits = [
        Hit(
            department.name,
            department.get_absolute_url(),
            ngettext("%(n)d task", "%(n)d tasks", department.parts) % {"n": department.parts},
        )
        for department in departments.order_by("-is_active", "-parts", "pk")[: MAX_SHOWN + 1]
    ]
    return HitGroup("departments", gettext_lazy("Departments"), hits)


def _meetings(account: Account, words: Sequence[str], day: datetime.date) -> HitGroup:
    condition = _match_all(words, "title", "document_number", "body")
    meetings = permissions.readable_meetings(account, day).filter(condition)
    hits = [
        Hit(meeting.title, meeting.get_absolute_url(), meeting.document_number)
        for meeting in meetings.order_by("-issued_on", "-pk")[: MAX_SHOWN + 1]
    ]
    return HitGroup("meetings", gettext_lazy("Meetings"), hits)


def _suggestions(account: Account, words: Sequence[str], day: datetime.date) -> HitGroup:
    """Return the suggestions found by text, number, meeting and who made them."""
    readable = Suggestion.objects.filter(meeting__in=permissions.readable_meetings(account, day))
    readable = readable.select_related("meeting").order_by("-meeting__issued_on", "-meeting", "position")
    suggestions = list(readable.filter(_suggestion_condition(words))[: MAX_SHOWN + 1])
    if not suggestions and all(map(is_pinyin_query, words)):
        suggestions = list(readable.filter(*(suggestion_spelled(word.lower()) for word in words))[: MAX_SHOWN + 1])
    tasks = permissions.readable_tasks(account, day).filter(suggestion__in=suggestions).order_by("suggestion", "health")
    healths: dict[int, Counter[Health]] = {row.pk: Counter() for row in suggestions}
    for suggestion, health in tasks.values_list("suggestion", F("health")):
        healths[suggestion][Health(health)] += 1
    hits = [Hit(str(row), row.get_absolute_url(), row.meeting.title, _in_order(healths[row.pk])) for row in suggestions]
    return HitGroup("suggestions", gettext_lazy("Suggestions"), hits)


def _in_order(numbers: Mapping[Health, int]) -> tuple[tuple[Health, int], ...]:
    return tuple((health, numbers[health]) for health in Health if numbers[health])


def _suggestion_condition(words: Iterable[str]) -> Q:
    """Return the condition that each word is of the text, number, meeting or source."""
    suggestions = Suggestion.objects.order_by().values("pk")
    sources = SuggestionSource.objects.order_by().values("suggestion")
    condition = Q()
    for word in words:
        people = Person.objects.filter(_match_all([word], "name"))
        meetings = Meeting.objects.filter(contains_word(word, "document_number"))
        others = [sources.filter(person__in=people), suggestions.filter(meeting__in=meetings)]
        if number := _ROW_NUMBER.fullmatch(word):
            others.append(suggestions.filter(number=int(number[1])))
        condition &= suggestion_has(word, *others)
    return condition


def _tasks(account: Account, words: Sequence[str], day: datetime.date) -> HitGroup:
    """Return the tasks that the list finds for the same words, and its address."""
    readable = permissions.readable_tasks(account, day)
    tasks = find_tasks(readable, words, day)
    # Sorting keys is faster than sorting rows.
    keys = list(tasks.in_printed_order().values_list("pk", flat=True)[:MAX_SHOWN])
    first_tasks = readable.filter(pk__in=keys).select_related("suggestion__meeting").in_printed_order()
    hits = [
        Hit(task.text, task.get_absolute_url(), task.suggestion.meeting.title, ((Health(task.health), 1),))
        for task in first_tasks
    ]
    number = tasks.order_by().values("pk")[: MOST_COUNTED + 1].count() if len(hits) == MAX_SHOWN else len(hits)
    more_url = f"{reverse('task_list')}?{urlencode({'q': ' '.join(words)})}"
    return HitGroup(
        "tasks",
        gettext_lazy("Tasks"),
        hits,
        min(number, MOST_COUNTED),
        more_url,
        is_exact=number <= MOST_COUNTED,
    )

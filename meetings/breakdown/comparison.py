"""Comparison of meetings: which suggestions come back to earlier ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from meetings.core.similarity import similarity_scores
from meetings.models import Meeting, Suggestion, SuggestionSource
from meetings.models.text_search import contains_word

# What is less alike is no candidate; half of it does where the same person suggested both.
MIN_SIMILARITY = 0.16
MAX_CANDIDATES = 8
# Of more, comparing each would take seconds: older ones are found by their words.
MOST_COMPARED = 10_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier suggestion of similar text, with its similarity and suggesters."""

    suggestion: Suggestion
    likeness: float
    shared_sources: list[str]

    @property
    def percent(self) -> int:
        """The likeness in per cent."""
        return round(self.likeness * 100)


def earlier_suggestions(suggestion: Suggestion) -> QuerySet[Suggestion]:
    """Return the suggestions of meetings issued before that of ``suggestion``."""
    return Suggestion.objects.filter(meeting__issued_on__lt=suggestion.meeting.issued_on)


def find_candidates(suggestion: Suggestion, search_text: str = "") -> tuple[list[Candidate], bool]:
    """Return the earlier suggestions most similar to ``suggestion``. Three queries.

    With ``search_text``, those that hold all of its words, however similar they are. The second value tells whether
    all were compared, or only the newest `MOST_COMPARED`.
    """
    earlier = earlier_suggestions(suggestion)
    for word in search_text.split():
        earlier = earlier.filter(contains_word(word, "text"))
    newest = earlier.order_by("-meeting__issued_on", "-pk").values_list("pk", "text")
    texts = dict(newest[: MOST_COMPARED + 1])
    if not (are_all := len(texts) <= MOST_COMPARED):
        texts.popitem()
    scores = similarity_scores(suggestion.text, texts)
    own = set(suggestion.suggestion_sources.values_list("person", flat=True))
    by_them = set(earlier.filter(suggestion_sources__person__in=own).values_list("pk", flat=True))
    candidates = [
        pk
        for pk, likeness in scores.items()
        if search_text or likeness >= (MIN_SIMILARITY / 2 if pk in by_them else MIN_SIMILARITY)
    ]
    best = sorted(candidates, key=lambda pk: (-scores[pk], -pk))[:MAX_CANDIDATES]
    rows = with_sources(Suggestion.objects.select_related("meeting")).in_bulk(best)
    return [Candidate(rows[pk], scores[pk], _names_among(rows[pk], own)) for pk in best], are_all


def _names_among(suggestion: Suggestion, people: set[int]) -> list[str]:
    sources = suggestion.suggestion_sources.all()
    return list(dict.fromkeys(source.person.name for source in sources if source.person_id in people))


def with_sources(suggestions: QuerySet[Suggestion]) -> QuerySet[Suggestion]:
    """Return ``suggestions`` with who made each; one query more."""
    sources = SuggestionSource.objects.select_related("person")
    return suggestions.prefetch_related(Prefetch("suggestion_sources", sources))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two meetings: ``pairs`` of later and earlier suggestion, and the rest."""

    earlier: Meeting
    later: Meeting
    pairs: tuple[tuple[Suggestion, Suggestion], ...]
    new: tuple[Suggestion, ...]
    not_raised_again: tuple[Suggestion, ...]

    def match_likely(self, new: Iterable[Suggestion]) -> list[tuple[Suggestion, Suggestion | None]]:
        """Return each of the ``new`` with the earlier one most similar, if any is."""
        rest = {of.pk: of for of in self.not_raised_again}
        texts = {pk: of.text for pk, of in rest.items()}
        return [(of, rest.get(_most_similar(of.text, texts) or 0)) for of in new]


def compare_meetings(first: Meeting, second: Meeting) -> Comparison:
    """Set two meetings side by side, whichever is named first. Four queries."""
    earlier, later = sorted((first, second), key=lambda meeting: (meeting.issued_on, meeting.pk))
    before = {of.pk: of for of in _load_suggestions(earlier)}
    now = _load_suggestions(later)
    pairs = tuple((of, before[of.raised_before_id]) for of in now if of.raised_before_id in before)
    linked = {of.pk for _later, of in pairs}
    return Comparison(
        earlier=earlier,
        later=later,
        pairs=pairs,
        new=tuple(of for of in now if of.raised_before_id not in before),
        not_raised_again=tuple(of for pk, of in before.items() if pk not in linked),
    )


def _load_suggestions(meeting: Meeting) -> list[Suggestion]:
    return list(with_sources(meeting.suggestions.select_related("meeting")).order_by("position"))


def _most_similar(text: str, texts: dict[int, str]) -> int | None:
    alike = similarity_scores(text, texts)
    best = max(alike, key=alike.__getitem__, default=None)
    return best if best is not None and alike[best] >= MIN_SIMILARITY else None

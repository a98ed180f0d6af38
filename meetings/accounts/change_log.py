"""变更与登录记录: what was changed besides tasks, and who signed in."""

import datetime
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from meetings.core.as_of import day_bounds
from meetings.display.fields import join_items
from meetings.exports.columns import CellKind, Column
from meetings.models import SIGN_IN_KINDS, ChangeKind, ChangeLog
from meetings.models.change_log import SUBJECTS, ChangeLogQuerySet
from meetings.models.text_search import contains_word
from meetings.tasks.display import describe_changes

# What is searched for words.
_PLACES = (
    *("note", "part", "actor__username", "actor__display_name", "account__username", "account__display_name"),
    *("meeting__title", "department__name", "person__name"),
)


def find_entries(
    first: datetime.date, last: datetime.date, kinds: Sequence[str] = (), words: str = ""
) -> ChangeLogQuerySet:
    """Return what was recorded from ``first`` to ``last``, the newest first.

    The days are those of Asia/Shanghai. ``kinds``: of these alone. Each of ``words`` stands in the note, or in the
    name of who did it or of what it is about.
    """
    begin, end = day_bounds(first, last)
    entries = ChangeLog.objects.filter(recorded_at__gte=begin, recorded_at__lt=end)
    if kinds:
        entries = entries.filter(kind__in=kinds)
    for word in words.split():
        entries = entries.filter(contains_word(word, *_PLACES))
    return entries.select_related("actor", *SUBJECTS).order_by("-recorded_at", "-pk")


def kinds_of(choice: str) -> Sequence[str]:
    """Return the kinds that ``choice`` means: changes, sign-ins, or one kind."""
    if choice == "changes":
        return [kind for kind in ChangeKind if kind not in SIGN_IN_KINDS]
    return SIGN_IN_KINDS if choice == "sign_ins" else [choice] if choice in ChangeKind else ()


def _changes(entry: ChangeLog) -> str:
    return join_items(map(str, describe_changes(entry)))


COLUMNS: tuple[Column[ChangeLog], ...] = (
    Column(_("Day"), 11, lambda entry: timezone.localdate(entry.recorded_at), CellKind.DATE),
    Column(_("At"), 9, lambda entry: timezone.localtime(entry.recorded_at).strftime("%H:%M:%S"), CellKind.VERBATIM),
    Column(_("By"), 12, lambda entry: entry.actor.name_and_username if entry.actor else ""),
    Column(pgettext_lazy("change log", "What was done"), 10, str),
    Column(pgettext_lazy("change log", "About"), 10, lambda entry: entry.subject._meta.verbose_name),
    Column(_("Name"), 20, lambda entry: entry.subject_name, is_long=True),
    Column(_("Part"), 20, lambda entry: entry.part, is_long=True),
    Column(_("What changed"), 26, _changes, is_long=True),
    Column(_("In words"), 20, lambda entry: entry.note, is_long=True),
)

"""落实情况报告（摘要）: the report on two pages, for who reads no more."""

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext, pgettext

from meetings.display.fields import join_sentences
from meetings.exports.formatting import ENUMERATION_COMMA, leader_names
from meetings.models import Health, Meeting, Paper, Status, Task
from meetings.tasks.display import task_number_label
from meetings.tasks.statistics import OTHER_ENDS

from . import formatting, prose
from .letterheads import read_letterhead
from .measures import LINES_PER_PAGE, count_lines, count_title_lines
from .official import Block, Heading, OfficialDocument, Paragraph, write_official_document
from .progress import ProgressReport, build_progress_report
from .progress_document import describe_opening, describe_totals, frame_document

# What is left of two pages for the words: less the closing with its signature, and what may stay free at their ends.
_LINES = 2 * LINES_PER_PAGE - 5 - 4
# A task's text takes no more characters, and so many departments and leaders are named.
_LONGEST_TEXT, _NAMED = 24, 6


def write_meeting_summary(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the two pages on ``meeting`` as of ``day`` as .docx into ``file``."""
    write_official_document(
        file, lambda: summary_document(build_progress_report(meeting, day)), read_letterhead(Paper.REPORT)
    )


def summary_document(report: ProgressReport) -> OfficialDocument:
    """Put what matters of ``report`` into words, in the active language.

    Of the tasks that are late and of those that were closed as many are named as two pages hold.
    """
    late = [*report.in_health(Health.OVERDUE), *report.in_health(Health.REVIEW_MISSED)]
    closed = [task for task in report.tasks if task.day_status == Status.CLOSED]
    on_late, on_closed = _describe_late(report), [_describe_closed(report, closed)]
    sections = {
        _("Overview"): [describe_totals(report)],
        _("What is late, and whose it is"): on_late,
        _("What was closed"): on_closed,
        _("What is asked of the committee and its leaders"): _describe_requests(report, late),
    }
    frame = frame_document(report, [])
    frame = replace(frame, title=_("%(title)s (summary)") % {"title": frame.title})
    texts = [frame.salutation, describe_opening(report), *sections, *chain.from_iterable(sections.values())]
    left = _LINES - count_title_lines(frame.title) - sum(map(count_lines, texts))
    # What is late matters most, so it takes what the closed ones leave.
    on_closed += _name_tasks(closed, formatting.format_closure, left // 3)
    left -= sum(map(count_lines, on_closed[1:]))
    on_late += _name_tasks(late, lambda task: formatting.format_standing(task, report.day), left)
    blocks: list[Block] = [Paragraph(describe_opening(report))]
    for heading, texts in sections.items():
        blocks += [Heading(1, heading), *map(Paragraph, texts)] if texts else []
    return replace(frame, blocks=blocks)


def _describe_late(report: ProgressReport) -> list[str]:
    sentences = []
    if overdue := report.in_health(Health.OVERDUE):
        sentence = ngettext(
            "%(number)d task is overdue, %(shares)s.",
            "%(number)d tasks are overdue, %(shares)s.",
            len(overdue),
        )
        sentences.append(sentence % {"number": len(overdue), "shares": prose.format_shares(overdue, _NAMED)})
    if missed := report.in_health(Health.REVIEW_MISSED):
        sentence = ngettext(
            "%(number)d task was not reviewed in time, %(shares)s.",
            "%(number)d tasks were not reviewed in time, %(shares)s.",
            len(missed),
        )
        sentences.append(sentence % {"number": len(missed), "shares": prose.format_shares(missed, _NAMED)})
    # That nothing is late, the overview says.
    return [join_sentences(sentences)] if sentences else []


def _describe_closed(report: ProgressReport, closed: Sequence[Task]) -> str:
    number = len(closed)
    late = sum(
        bool(task.day_closed_on and task.day_due_date and task.day_closed_on > task.day_due_date) for task in closed
    )
    if not closed:
        totals = _("No task was closed.")
    elif late:
        totals = ngettext(
            "%(number)d task was closed, %(late)d of them late.",
            "%(number)d tasks were closed, %(late)d of them late.",
            number,
        )
    else:
        totals = ngettext(
            "%(number)d task was closed, and not late.", "%(number)d tasks were closed, none of them late.", number
        )
    soon = report.summary.figures["due_soon"].number
    coming = ngettext(
        "%(number)d task falls due within %(days)d days.", "%(number)d tasks fall due within %(days)d days.", soon
    )
    values = {"number": soon, "days": settings.DUE_SOON_DAYS}
    return join_sentences([totals % {"number": number, "late": late}, coming % values if soon else ""])


def _describe_requests(report: ProgressReport, late: Sequence[Task]) -> list[str]:
    """Say what the committee is asked to decide, and whom to see to what is late."""
    ended = {status: sum(task.day_status == status for task in report.tasks) for status in OTHER_ENDS}
    counts = (
        (len(report.undecided), _("decide on the deadline of %(number)d tasks")),
        (len(report.unassigned), _("name who answers for %(number)d tasks")),
        (len(report.extension_requests), _("decide on %(number)d requests for more time")),
        (report.summary.figures[Status.CLOSURE_REQUESTED].number, _("decide whether %(number)d tasks are done")),
        (sum(ended.values()), _("confirm that %(number)d tasks are not carried on")),
    )
    parts = [text % {"number": number} for number, text in counts if number]
    texts = [_("We ask the committee to %(parts)s.") % {"parts": formatting.join_parts(parts)}] if parts else []
    leaders = Counter(name for task in late for name in leader_names(task))
    if leaders:
        of_leader = pgettext("late tasks of a leader", "%(name)s %(number)d")
        counted = prose.name_most(leaders, of_leader, _("%(named)s and others, %(number)d leaders in all"), _NAMED)
        if leaders.total() > sum(bool(leader_names(task)) for task in late):
            text = _("We ask the leaders to see to what is late, where a shared task counts for each: %(leaders)s.")
        else:
            text = _("We ask the leaders to see to what is late: %(leaders)s.")
        texts.append(text % {"leaders": counted})
    if nobodys := sum(not leader_names(task) for task in late):
        texts.append(_("Of what is late %(number)d tasks have no leader; please name one.") % {"number": nobodys})
    return texts or [_("Nothing has to be decided, and nothing is late that a leader has to see to.")]


def _name_tasks(tasks: Sequence[Task], describe: Callable[[Task], str], lines: int) -> list[str]:
    """Return a paragraph that names as many of ``tasks`` as ``lines`` hold, if any."""
    named: list[str] = []
    text = ""
    for task in tasks:
        named.append(_name_task(task, describe))
        longer = _list_tasks(named, len(tasks) - len(named))
        if count_lines(longer) > lines:
            break
        text = longer
    return [text] if text else []


def _name_task(task: Task, describe: Callable[[Task], str]) -> str:
    return _("no. %(place)s “%(task)s” (%(departments)s): %(standing)s") % {
        "place": task_number_label(task),
        # Within quotation marks others stand.
        "task": _shorten(" ".join(task.text.split()).rstrip("。；;.")).translate(str.maketrans("“”", "‘’")),
        "departments": _name_answering(task) or _("without a department"),
        "standing": describe(task),
    }


def _name_answering(task: Task) -> str:
    """Return the names of who answers for ``task``, whole ones, as many as are short."""
    names = prose.name_answering(task).split(ENUMERATION_COMMA)
    named = list(names)
    while len(named) > 1 and len(ENUMERATION_COMMA.join(named)) > _LONGEST_TEXT:
        named.pop()
    text = ENUMERATION_COMMA.join(named)
    if named == names:
        return text
    return _("%(named)s and others, %(number)d departments in all") % {"named": text, "number": len(names)}


def _shorten(text: str) -> str:
    """Return ``text`` short, where it can be cut at a mark rather than in a word."""
    clause = max(text.rfind(mark, _LONGEST_TEXT // 3, _LONGEST_TEXT) for mark in "，、；：。")
    if len(text) > _LONGEST_TEXT and clause > 0:
        return text[:clause] + pgettext("end of a shortened text", "…")
    return Truncator(text).chars(_LONGEST_TEXT, truncate=pgettext("end of a shortened text", "…"))


def _list_tasks(named: Sequence[str], others: int) -> str:
    values = {"tasks": pgettext("between tasks", "; ").join(named), "number": others}
    if not others:
        return _("They are %(tasks)s.") % values
    return _("Among them are %(tasks)s; of the %(number)d others the whole report tells.") % values

"""What a task is, who answers for it and how it stands, in whole sentences."""

import datetime
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _, ngettext, pgettext, pgettext_lazy

from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.display.department_reports import DepartmentReport, department_reports
from meetings.display.fields import join_sentences
from meetings.exports.formatting import ENUMERATION_COMMA, leader_names
from meetings.models import ANSWERABLE_ROLES, DeadlineKind, DepartmentRole, Task

from .formatting import format_standing, join_parts
from .official import format_document_day

_DUTIES = {
    DepartmentRole.LEAD.value: pgettext_lazy("duty", "led by %(names)s"),
    DepartmentRole.RESPONSIBLE.value: pgettext_lazy("duty", "carried out by %(names)s"),
    DepartmentRole.SUPPORTING.value: pgettext_lazy("duty", "supported by %(names)s"),
}
# More departments than these make a sentence unreadable.
_NAMED_DEPARTMENTS = 12


def end_sentence(text: str) -> str:
    """Return ``text`` with a full stop, where it does not end in a mark already."""
    text = text.strip()
    if not text or text[-1] in "。！？…；.!?;”":
        return text
    return pgettext("end of a sentence", "%(sentence)s.") % {"sentence": text}


# --- one task -----------------------------------------------------------------------------------


def describe_task(
    task: Task, day: datetime.date, *, with_duties: bool = True, since: datetime.date = datetime.date.min
) -> str:
    """Return a paragraph on how ``task`` stands on ``day``, and each report's own.

    ``with_duties``: it says who answers for it. The reports are those effective on ``since`` or later.
    """
    clauses = join_parts([*([format_duties(task)] if with_duties else []), _format_deadline(task)])
    values = {"clauses": clauses, "standing": _describe_standing(task, day)}
    if task.day_status in ENDED_STATUSES:
        standing = _("This task is %(clauses)s; it was %(standing)s.") % values
    else:
        standing = _("This task is %(clauses)s; it is now %(standing)s.") % values
    return "\n".join([join_sentences([standing, _format_silence(task)]), *report_sentences(task, since)])


def _describe_standing(task: Task, day: datetime.date) -> str:
    """Return how ``task`` stands, and that nobody has reported on it."""
    standing = format_standing(task, day)
    if task.day_status in ENDED_STATUSES or any(entry.note for entry in task.department_reports):
        return standing
    return join_parts([standing, _("without any report of progress")])


def format_duties(task: Task) -> str:
    """Return who answers for ``task``: its departments by role, and its leaders."""
    names: dict[str, list[str]] = {}
    for part in task.task_departments.all():
        names.setdefault(part.role, []).append(part.department.name)
    duties = [text % {"names": ENUMERATION_COMMA.join(names[role])} for role, text in _DUTIES.items() if role in names]
    if leaders := leader_names(task):
        duties.append(pgettext("duty", "supervised by %(names)s") % {"names": ENUMERATION_COMMA.join(leaders)})
    clauses = [] if not names.keys().isdisjoint(ANSWERABLE_ROLES) else [_("not given to a department yet")]
    if duties:
        # Translators: who leads a task, who carries it out, who supervises it; Chinese needs one 由 before them.
        clauses.append(pgettext("duties", "%(duties)s") % {"duties": join_parts(duties)})
    return join_parts(clauses)


def name_answering(task: Task) -> str:
    """Return the names of the departments that lead ``task`` or carry it out."""
    parts = [part for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES]
    return ENUMERATION_COMMA.join(part.department.name for part in parts)


def _format_deadline(task: Task) -> str:
    """Return by when ``task`` is to be done, and its milestones that are not met."""
    unmet = [milestone["due_date"] for milestone in task.day_milestones if not milestone["met_on"]]
    days = [format_document_day(datetime.date.fromisoformat(day)) for day in unmet if day]
    if not days:
        return _format_due(task)
    return join_parts([_format_due(task), _("with milestones by %(days)s") % {"days": ENUMERATION_COMMA.join(days)}])


def _format_due(task: Task) -> str:
    """Return by when ``task`` is to be done, and by when it was before extensions."""
    printed = " ".join(task.day_deadline_text.split())
    if task.day_due_date is None:
        if not printed:
            return _("without a deadline yet")
        if task.day_deadline_kind == DeadlineKind.UNDECIDED:
            return _("to be given a deadline, which is printed as “%(printed)s”") % {"printed": printed}
        return _("with the deadline “%(printed)s”") % {"printed": printed}
    due = format_document_day(task.day_due_date)
    if not task.day_extension_count:
        return _("due by %(day)s") % {"day": due}
    before = format_document_day(task.original_due_date) if task.original_due_date else task.original_deadline_text
    return ngettext(
        "due by %(day)s after %(times)d extension, first by %(before)s",
        "due by %(day)s after %(times)d extensions, first by %(before)s",
        task.day_extension_count,
    ) % {"day": due, "times": task.day_extension_count, "before": before}


def _format_silence(task: Task) -> str:
    """Say who has not reported on an open ``task`` of which others have."""
    heard = {entry.living_department for entry in task.department_reports if entry.note}
    answerable = [part.department for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES]
    silent = [department.name for department in answerable if department not in heard]
    # What the secretariat reported may well have come from them.
    if not silent or not heard or None in heard or task.day_status in ENDED_STATUSES:
        return ""
    return _("No progress has been reported by %(departments)s.") % {"departments": ENUMERATION_COMMA.join(silent)}


def report_sentences(task: Task, since: datetime.date = datetime.date.min, *, is_letter: bool = False) -> list[str]:
    """Return each department's own last report on ``task`` as a sentence.

    ``is_letter``: of the secretariat's own, which tells what it noted only where no department has reported.
    """
    reports = [report for report in department_reports(task, is_each_named=True) if report.day >= since]
    own_words = [report for report in reports if report.is_own_word]
    shown = (is_letter and own_words) or reports
    return [_format_report(report, is_letter=is_letter) for report in shown]


def _format_report(report: DepartmentReport, *, is_letter: bool) -> str:
    values = {
        "reporter": report.reporter,
        "day": format_document_day(report.day),
        "progress": end_sentence(report.note),
    }
    if report.is_own_word:
        return _("%(reporter)s reported on %(day)s: %(progress)s") % values
    if is_letter:
        return _("This is how it stood on %(day)s: %(progress)s") % values
    return _("%(reporter)s noted on %(day)s: %(progress)s") % values


# --- several tasks ------------------------------------------------------------------------------


def has_common_duties(tasks: Sequence[Task]) -> bool:
    """Return whether the same departments and leaders answer for all ``tasks``."""
    return len(set(map(format_duties, tasks))) == 1


def stand_alike(tasks: Sequence[Task], day: datetime.date) -> bool:
    """Return whether there is the same to say of all ``tasks``, which are open."""
    is_quiet = all(task.day_status in OPEN_STATUSES and not task.department_reports for task in tasks)
    return is_quiet and len({describe_task(task, day) for task in tasks}) == 1


def describe_division(tasks: Sequence[Task], day: datetime.date) -> str:
    """Say into how many tasks a suggestion was divided, and what holds of all."""
    first, values = tasks[0], {"number": len(tasks), "duties": format_duties(tasks[0])}
    if stand_alike(tasks, day):
        values |= {"deadline": _format_deadline(first), "standing": _describe_standing(first, day)}
        return (
            _("It was divided into %(number)d tasks, all of them %(duties)s, %(deadline)s; they are now %(standing)s.")
            % values
        )
    if has_common_duties(tasks):
        return _("It was divided into %(number)d tasks, all of them %(duties)s.") % values
    return _("It was divided into %(number)d tasks.") % values


def count_tasks(tasks: Sequence[Task]) -> str:
    """Say how many ``tasks`` there are, and which departments answer for them."""
    return ngettext(
        "There is %(number)d of them, %(shares)s.", "There are %(number)d of them, %(shares)s.", len(tasks)
    ) % {"number": len(tasks), "shares": format_shares(tasks)}


def format_shares(tasks: Sequence[Task], most: int = _NAMED_DEPARTMENTS) -> str:
    """Return which departments answer for ``tasks``, and for how many each does.

    Those of several departments count for each, which is said, for then they do not add up.
    """
    departments: Counter[str] = Counter()
    for task in tasks:
        names = [part.department.name for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES]
        departments.update(names or [""])
    if list(departments) == [""]:
        return _("not given to a department yet")
    if len(departments) == 1:
        return _("all with %(department)s") % {"department": next(iter(departments))}
    if "" in departments:
        departments[_("without a department")] = departments.pop("")
    of_department = pgettext("tasks of a department", "%(name)s %(number)d")
    others = _("%(named)s and others, %(number)d departments in all")
    named = {"departments": name_most(departments, of_department, others, most)}
    if departments.total() > len(tasks):
        return _("with %(departments)s, where a shared one counts for each") % named
    return (_("with %(departments)s") if len(departments) > most else _("of these %(departments)s")) % named


def name_most(counts: Counter[str], one: str, others: str, most: int) -> str:
    """Return the ``most`` frequent of ``counts``, and how many there are in all."""
    named = ENUMERATION_COMMA.join(one % {"name": name, "number": number} for name, number in counts.most_common(most))
    return others % {"named": named, "number": len(counts)} if len(counts) > most else named

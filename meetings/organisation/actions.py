"""What can be done with a department or person, with the form and the service of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.models import Department, Person
from meetings.organisation import forms as organisation_forms
from meetings.organisation.forms import SubjectForm
from meetings.organisation.services.handover import hand_over_tasks
from meetings.organisation.services.merge import merge_departments, merge_people
from meetings.organisation.services.organisation import (
    edit_person,
    rename_department,
    restore_department,
    restore_person,
    retire_department,
    retire_person,
    set_head,
)

Subject = Department | Person


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do with a department or person. ``run`` calls the verb and returns the sentence of success.

    ``preview``: the name of the template that says first what would come of it.
    """

    title: Promise
    button: Promise
    form: type[SubjectForm]
    run: Callable[[SubjectForm, dict[str, Any]], str]
    icon: str = "pencil"
    preview: str = ""


def _merge(form: SubjectForm, common: dict[str, Any], verb) -> str:
    into = form.cleaned_data["into"]
    moves = verb(into_id=into.pk, **common)
    return ngettext(
        "Merged into “%(name)s”: %(number)d task has moved.",
        "Merged into “%(name)s”: %(number)d tasks have moved.",
        moves.tasks,
    ) % {"name": into, "number": moves.tasks}


def _hand_over(form: SubjectForm, common: dict[str, Any]) -> str:
    data = form.cleaned_data
    common = {name: common[name] for name in ("actor", "version", "note")}
    tasks = hand_over_tasks(giver=form.subject, taker=data["to"], task_ids=data["tasks"], **common)
    return ngettext(
        "Handed over: %(number)d task is now with “%(name)s”.",
        "Handed over: %(number)d tasks are now with “%(name)s”.",
        len(tasks),
    ) % {"name": data["to"], "number": len(tasks)}


def _rename(form: SubjectForm, common: dict[str, Any]) -> str:
    data = form.cleaned_data
    if isinstance(form.subject, Department):
        renamed = rename_department(name=data["name"], **common)
    else:
        renamed = edit_person(name=data["name"], unit=data["unit"], **common)
    return _("Saved: it is now “%(name)s”.") % {"name": renamed}


def _set_head(form: SubjectForm, common: dict[str, Any]) -> str:
    set_head(head=form.cleaned_data["head"], **common)
    return _("Saved: the head is told of what stays late.")


def _retire(form: SubjectForm, common: dict[str, Any]) -> str:
    verb = retire_department if isinstance(form.subject, Department) else retire_person
    return _("“%(name)s” is out of use: it is offered no more.") % {"name": verb(**common)}


def _restore(form: SubjectForm, common: dict[str, Any]) -> str:
    verb = restore_department if isinstance(form.subject, Department) else restore_person
    return _("“%(name)s” is in use again.") % {"name": verb(**common)}


HAND_OVER = Action(
    gettext_lazy("Hand open tasks over"),
    gettext_lazy("Hand over"),
    organisation_forms.TaskHandoverForm,
    _hand_over,
    "users",
    preview="meetings/organisation/handover.html",
)


RETIRE = Action(
    gettext_lazy("Take out of use"), gettext_lazy("Take out of use"), organisation_forms.RemarkForm, _retire, "x"
)


RESTORE = Action(
    gettext_lazy("Take back into use"),
    gettext_lazy("Take back into use"),
    organisation_forms.RemarkForm,
    _restore,
    "arrow-back-up",
)


MERGE_OPTIONS = {"icon": "link", "preview": "meetings/organisation/merge.html"}


DEPARTMENT_ACTIONS = {
    "rename": Action(
        gettext_lazy("Rename"), gettext_lazy("Save"), organisation_forms.DepartmentNameForm, _rename, "pencil"
    ),
    "head": Action(
        gettext_lazy("Say who heads it"), gettext_lazy("Save"), organisation_forms.DepartmentHeadForm, _set_head, "user"
    ),
    "hand-over": HAND_OVER,
    "merge": Action(
        gettext_lazy("Merge into another"),
        gettext_lazy("Merge"),
        organisation_forms.MergeForm,
        lambda form, common: _merge(form, common, merge_departments),
        **MERGE_OPTIONS,
    ),
    "retire": RETIRE,
    "restore": RESTORE,
}


PERSON_ACTIONS = {
    "rename": Action(gettext_lazy("Rename"), gettext_lazy("Save"), organisation_forms.PersonForm, _rename, "pencil"),
    "hand-over": HAND_OVER,
    "merge": Action(
        gettext_lazy("Merge into another"),
        gettext_lazy("Merge"),
        organisation_forms.MergeForm,
        lambda form, common: _merge(form, common, merge_people),
        **MERGE_OPTIONS,
    ),
    "retire": RETIRE,
    "restore": RESTORE,
}


def available_actions(subject: Subject, known: dict[str, Action], open_count: int) -> list[str]:
    """Return the names of what can be done with ``subject`` as it is now."""
    if subject.merged_into_id is not None:
        return []
    impossible = {"restore" if subject.is_active else "retire"}
    if not open_count:
        impossible.add("hand-over")
    return [name for name in known if name not in impossible]

"""Actions on a department or person, with the form and service of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Account, Department, Person
from meetings.organisation import forms
from meetings.organisation.forms import SubjectForm
from meetings.organisation.services import organisation as services
from meetings.organisation.services.handover import hand_over_tasks
from meetings.organisation.services.merge import merge_departments, merge_people

Subject = Department | Person


@dataclass(frozen=True, slots=True)
class Action:
    """An action on a department or person; ``run`` returns the success message.

    ``preview``: the name of the template that shows first what would come of it.
    """

    form: type[SubjectForm]
    run: Callable[[Any, Account], str]
    preview: str = ""


def _merge(form: forms.MergeForm, actor: Account) -> str:
    into, arguments = form.cleaned_data["into"], form.service_arguments(actor)
    if isinstance(form.subject, Department):
        summary = merge_departments(department_id=form.subject.pk, into_id=into.pk, **arguments)
    else:
        summary = merge_people(person_id=form.subject.pk, into_id=into.pk, **arguments)
    return ngettext(
        "Merged into “%(name)s”: %(number)d task has moved.",
        "Merged into “%(name)s”: %(number)d tasks have moved.",
        summary.tasks,
    ) % {"name": into, "number": summary.tasks}


def _hand_over(form: forms.TaskHandoverForm, actor: Account) -> str:
    taker, task_ids = form.cleaned_data["to"], form.cleaned_data["tasks"]
    tasks = hand_over_tasks(giver=form.subject, taker=taker, task_ids=task_ids, **form.service_arguments(actor))
    return ngettext(
        "Handed over: %(number)d task is now with “%(name)s”.",
        "Handed over: %(number)d tasks are now with “%(name)s”.",
        len(tasks),
    ) % {"name": taker, "number": len(tasks)}


def _rename(form: forms.DepartmentNameForm, actor: Account) -> str:
    names = {name: form.cleaned_data[name] for name in ("name", "unit") if name in form.fields}
    renamed = services.rename(subject=form.subject, **names, **form.service_arguments(actor))
    return _("Saved: it is now “%(name)s”.") % {"name": renamed}


def _set_head(form: forms.DepartmentHeadForm, actor: Account) -> str:
    head = form.cleaned_data["head"]
    services.set_head(department_id=form.subject.pk, head=head, **form.service_arguments(actor))
    return _("Saved: the head is told of what stays late.")


def _retire(form: forms.RetireForm, actor: Account) -> str:
    retired = services.retire(subject=form.subject, **form.service_arguments(actor))
    return _("“%(name)s” is out of use: it is offered no more.") % {"name": retired}


def _restore(form: forms.RestoreForm, actor: Account) -> str:
    restored = services.restore(subject=form.subject, **form.service_arguments(actor))
    return _("“%(name)s” is in use again.") % {"name": restored}


_SHARED_ACTIONS = {
    "hand-over": Action(forms.TaskHandoverForm, _hand_over, preview="meetings/organisation/handover.html"),
    "merge": Action(forms.MergeForm, _merge, preview="meetings/organisation/merge.html"),
    "retire": Action(forms.RetireForm, _retire),
    "restore": Action(forms.RestoreForm, _restore),
}
DEPARTMENT_ACTIONS = {
    "rename": Action(forms.DepartmentNameForm, _rename),
    "head": Action(forms.DepartmentHeadForm, _set_head),
    **_SHARED_ACTIONS,
}
PERSON_ACTIONS = {"rename": Action(forms.PersonForm, _rename), **_SHARED_ACTIONS}


def available_actions(subject: Subject, actions: dict[str, Action], open_count: int) -> list[str]:
    """Return the names of what can be done with ``subject`` as it is now."""
    if subject.merged_into_id is not None:
        return []
    impossible = {"restore" if subject.is_active else "retire"}
    if not open_count:
        impossible.add("hand-over")
    return [name for name in actions if name not in impossible]

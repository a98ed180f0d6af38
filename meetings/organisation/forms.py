"""Forms of departments, people and accounts, and the actions they stand for."""

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from meetings.core.text import parse_id, parse_ids
from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.models import Account, Department, Person, Role
from meetings.organisation.services import organisation as services
from meetings.organisation.services.handover import hand_over_departments, hand_over_tasks
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import open_tasks_of, version_of
from meetings.ui.fields import TextField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import BoundedMultipleChoiceField, SearchChoiceField, SearchSelect

# How many open tasks are offered one by one, and what begins the value of all behind the last of these.
MOST_TASKS = 50
_AFTER = "after-"


def _name_field(label: Any, **options: Any) -> TextField:
    # How long it may be is the service's to say, with what is too long in its message.
    return TextField(label=label, max_length=500, **options)


def _unit_field() -> TextField:
    help_text = _("Needed only to tell two people of the same name apart.")
    return _name_field(label("unit"), required=False, help_text=help_text)


def _checkboxes() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


class SubjectForm(ServiceForm):
    """A form about one department, person or account, with its version."""

    marks_optional = True
    # What is done by it, and what its button says.
    title: StrOrPromise
    button: StrOrPromise = _("Save")
    icon = "pencil"
    # The template that shows first what would come of it, if there is one.
    preview = ""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = TextField(label=_("Remark"), required=False, rows=2)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        subject: Department | Person | Account,
        action: str,
        initial: dict[str, Any] | None = None,
    ) -> None:
        present = (
            {} if data is not None else {"version": version_of(subject), **model_to_dict(subject, self.base_fields)}
        )
        super().__init__(data, auto_id=f"{action}-%s", initial={**present, **(initial or {})})
        self.subject: Any = subject
        self.action = action
        self.order_fields([name for name in self.fields if name != "note"])

    def run(self, actor: Account) -> StrOrPromise:
        """Do it; return the message of success. For a valid form; raises ServiceError."""
        raise NotImplementedError


class DepartmentNameForm(SubjectForm):
    """Another name."""

    title = _("Rename")
    name = _name_field(_("Name"), help_text=_("Old documents that use the present name still find it."))

    def run(self, actor: Account) -> str:
        renamed = services.rename(subject=self.subject, actor=actor, **self.cleaned_data)
        return gettext("Saved: it is now “%(name)s”.") % {"name": renamed}


class PersonForm(DepartmentNameForm):
    """Another name or unit."""

    unit = _unit_field()


class DepartmentHeadForm(SubjectForm):
    """Who heads the department."""

    title = _("Say who heads it")
    icon = "user"
    head = SearchChoiceField(
        label=label("head"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, data: QueryDict | None = None, *, subject: Department, action: str) -> None:
        super().__init__(data, subject=subject, action=action)
        own = [subject.head_id] if subject.head_id else []
        self.fields["head"].queryset = Person.objects.selectable_as_leaders(own)

    def run(self, actor: Account) -> str:
        services.set_head(subject=self.subject, actor=actor, **self.cleaned_data)
        return gettext("Saved: the head is told of what stays late.")


class RetireForm(SubjectForm):
    """A form with a remark only; its button says what it does."""

    title = button = _("Take out of use")
    icon = "x"

    def run(self, actor: Account) -> str:
        retired = services.retire(subject=self.subject, actor=actor, **self.cleaned_data)
        return gettext("“%(name)s” is out of use: it is offered no more.") % {"name": retired}


class RestoreForm(SubjectForm):
    """A form with a remark only."""

    title = button = _("Take back into use")
    icon = "arrow-back-up"

    def run(self, actor: Account) -> str:
        restored = services.restore(subject=self.subject, actor=actor, **self.cleaned_data)
        return gettext("“%(name)s” is in use again.") % {"name": restored}


class MergeForm(SubjectForm):
    """Which one it is to become part of."""

    title, button, icon = _("Merge into another"), _("Merge"), "link"
    preview = "meetings/organisation/merge.html"
    into = SearchChoiceField(label=_("Merge it into"), queryset=Department.objects.none())

    def __init__(self, data: QueryDict | None = None, *, subject: Department | Person, action: str) -> None:
        super().__init__(data, subject=subject, action=action)
        self.fields["into"].queryset = type(subject).objects.selectable().exclude(pk=subject.pk)

    def run(self, actor: Account) -> str:
        number = merge(subject=self.subject, actor=actor, **self.cleaned_data)["tasks"]
        message = ngettext(
            "Merged into “%(name)s”: %(number)d task has moved.",
            "Merged into “%(name)s”: %(number)d tasks have moved.",
            number,
        )
        return message % {"name": self.cleaned_data["into"], "number": number}


class OpenTasksField(forms.MultipleChoiceField):
    """Tasks by their ids; those behind the last one shown by one value."""

    def valid_value(self, value: str) -> bool:
        """Return whether it is an id, or the last shown one; the form looks for the tasks."""
        return parse_id(value.removeprefix(_AFTER)) is not None


class TaskHandoverForm(SubjectForm):
    """Which open tasks go to whom."""

    title, button, icon = _("Hand open tasks over"), _("Hand over"), "users"
    preview = "meetings/organisation/handover.html"
    tasks = OpenTasksField(label=_("Tasks"), widget=_checkboxes())
    to = SearchChoiceField(label=_("Hand over to"), queryset=Department.objects.none())

    def __init__(self, data: QueryDict | None = None, *, subject: Department | Person, action: str) -> None:
        self._open_tasks = open_tasks_of(subject).order_by("pk")
        number, shown = self._open_tasks.count(), list(self._open_tasks[:MOST_TASKS])
        choices = [(str(task.pk), str(task)) for task in shown]
        if left := number - len(shown):
            others = ngettext("and the other one", "and the other %(number)d", left) % {"number": left}
            choices.append((f"{_AFTER}{shown[-1].pk}", others))
        super().__init__(data, subject=subject, action=action, initial={"tasks": [key for key, _label in choices]})
        is_department = isinstance(subject, Department)
        offered: Any = Department.objects.selectable() if is_department else Person.objects.selectable_as_leaders()
        self.fields["to"].queryset = offered.exclude(pk=subject.pk)
        self.fields["tasks"].label = ngettext("%(number)d open task", "%(number)d open tasks", number) % {
            "number": number
        }
        self.fields["tasks"].choices = choices

    def clean_tasks(self) -> list[int]:
        """Return the ids of the tasks chosen, each of which has to be open."""
        keys = self.cleaned_data["tasks"]
        chosen = parse_ids(keys)
        found = set(self._open_tasks.filter(pk__in=chosen).values_list("pk", flat=True))
        if missing := chosen - found:
            message = self.fields["tasks"].error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice", params={"value": min(missing)})
        for last in parse_ids(key.removeprefix(_AFTER) for key in keys if key.startswith(_AFTER)):
            found.update(self._open_tasks.filter(pk__gt=last).values_list("pk", flat=True))
        return sorted(found)

    def run(self, actor: Account) -> str:
        taker, task_ids = self.cleaned_data.pop("to"), self.cleaned_data.pop("tasks")
        tasks = hand_over_tasks(giver=self.subject, taker=taker, task_ids=task_ids, actor=actor, **self.cleaned_data)
        message = ngettext(
            "Handed over: %(number)d task is now with “%(name)s”.",
            "Handed over: %(number)d tasks are now with “%(name)s”.",
            len(tasks),
        )
        return message % {"name": taker, "number": len(tasks)}


class DepartmentHandoverForm(SubjectForm):
    """Which of a liaison's departments go to whom."""

    departments = BoundedMultipleChoiceField(
        label=_("Departments"), queryset=Department.objects.none(), widget=_checkboxes()
    )
    to = SearchChoiceField(
        label=_("Hand over to"), queryset=Account.objects.none(), widget=SearchSelect(kind="liaison")
    )

    def __init__(self, data: QueryDict | None = None, *, subject: Account, action: str) -> None:
        super().__init__(data, subject=subject, action=action)
        self.fields["departments"].queryset = subject.departments.order_by("pk")
        liaisons = Account.objects.filter(role=Role.LIAISON, is_active=True).exclude(pk=subject.pk)
        self.fields["to"].queryset = liaisons
        self.fields["to"].label_from_instance = lambda account: account.name_and_username

    def run(self, actor: Account) -> str:
        taker = self.cleaned_data.pop("to")
        departments = hand_over_departments(giver=self.subject, taker=taker, actor=actor, **self.cleaned_data)
        names = gettext(", ").join(department.name for department in departments)
        message = gettext("Handed over: “%(account)s” now reports for %(departments)s.")
        return message % {"account": taker, "departments": names}


_ACTIONS = {"hand-over": TaskHandoverForm, "merge": MergeForm, "retire": RetireForm, "restore": RestoreForm}
PERSON_ACTIONS: dict[str, type[SubjectForm]] = {"rename": PersonForm, **_ACTIONS}
DEPARTMENT_ACTIONS: dict[str, type[SubjectForm]] = {
    "rename": DepartmentNameForm,
    "head": DepartmentHeadForm,
    **_ACTIONS,
}


class NewDepartmentForm(ServiceForm):
    """A department that is not there yet."""

    marks_optional = True

    name = _name_field(_("Name"))


class NewPersonForm(NewDepartmentForm):
    """Somebody who is not there yet."""

    unit = _unit_field()

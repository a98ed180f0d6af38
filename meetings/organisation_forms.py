"""What is typed about departments and people. Forms read and explain; the verbs of `meetings.actions` decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .actions import open_tasks_of, version_of
from .models import LONGEST_TEXT, Account, Department, Person, Role
from .refusals import Refused
from .widgets import SearchChoiceField


def _line(label, *, required: bool = True, help_text="") -> forms.CharField:
    # How long it may be is the verb's to say, with what is too long in its sentence.
    return forms.CharField(
        label=label,
        required=required,
        max_length=500,
        help_text=help_text,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class SubjectForm(forms.Form):
    """A form about one department, person or account, with the version it was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )

    def __init__(self, data=None, *, subject: Department | Person | Account, action: str, initial=None) -> None:
        own = {"version": version_of(subject)} if data is None else {}
        super().__init__(data, auto_id=f"{action}-%s", initial={**own, **(initial or {})})
        self.subject, self.action = subject, action
        self.order_fields([name for name in self.fields if name != "note"])

    def explain(self, refused: Refused) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)


class DepartmentNameForm(SubjectForm):
    """Another name."""

    name = _line(_("Name"), help_text=_("Old documents that use the present name still find it."))

    def __init__(self, data=None, *, subject: Department, action: str) -> None:
        super().__init__(data, subject=subject, action=action, initial={"name": subject.name})


class PersonForm(SubjectForm):
    """Another name or unit."""

    name = _line(_("Name"), help_text=_("Old documents that use the present name still find it."))
    unit = _line(_("Unit"), required=False, help_text=_("Needed only to tell two people of the same name apart."))

    def __init__(self, data=None, *, subject: Person, action: str) -> None:
        super().__init__(data, subject=subject, action=action, initial={"name": subject.name, "unit": subject.unit})


class HeadForm(SubjectForm):
    """Who heads the department."""

    head = SearchChoiceField(
        label=_("Head"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody in particular")
    )

    def __init__(self, data=None, *, subject: Department, action: str) -> None:
        super().__init__(data, subject=subject, action=action, initial={"head": subject.head_id})
        own = [subject.head_id] if subject.head_id else []
        self.fields["head"].queryset = Person.objects.offered_as_leaders(own)


class RemarkForm(SubjectForm):
    """Nothing but a remark: the button says what is done."""


class IntoForm(SubjectForm):
    """Which one it is to become part of."""

    into = SearchChoiceField(label=_("Merge it into"), queryset=Department.objects.none())

    def __init__(self, data=None, *, subject: Department | Person, action: str) -> None:
        super().__init__(data, subject=subject, action=action)
        self.fields["into"].queryset = type(subject).objects.offered().exclude(pk=subject.pk)


class TasksForm(SubjectForm):
    """Which open tasks go to whom."""

    to = SearchChoiceField(label=_("Hand over to"), queryset=Department.objects.none())
    tasks = forms.MultipleChoiceField(label=_("Tasks"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data=None, *, subject: Department | Person, action: str) -> None:
        self.open_tasks = list(open_tasks_of(subject).order_by("pk"))
        super().__init__(data, subject=subject, action=action, initial={"tasks": [task.pk for task in self.open_tasks]})
        kind = type(subject).objects
        offered = kind.offered() if isinstance(subject, Department) else kind.offered_as_leaders()
        self.fields["to"].queryset = offered.exclude(pk=subject.pk)
        self.fields["tasks"].choices = [(task.pk, str(task)) for task in self.open_tasks]


class DepartmentsForm(SubjectForm):
    """Which of a liaison's departments go to whom."""

    departments = forms.ModelMultipleChoiceField(
        label=_("Departments"), queryset=Department.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    to = forms.ModelChoiceField(
        label=_("Hand over to"),
        queryset=Account.objects.none(),
        empty_label=_("Choose"),
        widget=forms.Select(attrs={"class": "form-select", "data-search": True}),
    )

    def __init__(self, data=None, *, subject: Account, action: str) -> None:
        own = subject.departments.order_by("pk")
        super().__init__(data, subject=subject, action=action, initial={"departments": own})
        self.fields["departments"].queryset = own
        liaisons = Account.objects.filter(role=Role.LIAISON, is_active=True).exclude(pk=subject.pk)
        self.fields["to"].queryset = liaisons
        self.fields["to"].label_from_instance = lambda account: f"{account} ({account.username})"


class NewDepartmentForm(forms.Form):
    """A department that is not there yet."""

    name = _line(_("Name"))

    def explain(self, refused: Refused) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)


class NewPersonForm(NewDepartmentForm):
    """Somebody who is not there yet."""

    unit = _line(_("Unit"), required=False, help_text=_("Needed only to tell two people of the same name apart."))

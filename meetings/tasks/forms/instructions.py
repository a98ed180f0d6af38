"""The forms of instructions (批示): given, answered, withdrawn."""

import functools
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.types import StrOrPromise
from meetings.errors import ServiceError
from meetings.tasks.display import department_names
from meetings.tasks.services.instructions import find_instructing_leader
from meetings.ui.fields import DayField, IdField, TextField

from .workflow import OnBehalfOfLeaderForm, TaskActionForm, department_field, replace_task_id

# What a leader says most; any other words are typed.
INSTRUCTION_PHRASES = (
    gettext_lazy("Please speed this up."),
    gettext_lazy("Please report the reasons and a plan."),
    gettext_lazy("Please report progress within a week."),
)


class InstructionForm(OnBehalfOfLeaderForm):
    """An instruction, looked at twice; a usual phrase only joins what is typed."""

    title = gettext_lazy("Give an instruction")
    verb: StrOrPromise = gettext_lazy("Issue the instruction")
    success_message = gettext_lazy("Saved: the instruction stands on top of the task until it is answered.")
    phrases = INSTRUCTION_PHRASES

    text = TextField(label=gettext_lazy("Instruction"), rows=3)
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def __init__(self, data: QueryDict | None = None, *args: Any, **options: Any) -> None:
        if data is not None and len(texts := data.getlist("text")) > 1:
            data = data.copy()
            data["text"] = functools.reduce(_add_phrase, texts)
            data.pop("understood", None)
        super().__init__(data, *args, **options)

    def clean(self) -> dict[str, Any]:
        """Ask whether these words are to go there, where they can be issued."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            leader = find_instructing_leader(self.task, self.account, data.get("leader"), data["text"])
        except ServiceError as error:
            self.add_service_error(error)
            return data
        message = _(
            "Not issued yet. By %(leader)s, to %(departments)s. If that is right, press “Confirm the instruction”."
        )
        message %= {"leader": leader.name, "departments": department_names(self.task)}
        self.ask_for_second_look("text", f"{leader.pk} {' '.join(data['text'].split())}", message)
        if self.errors:
            self.verb = _("Confirm the instruction")
        return data


def _add_phrase(text: str, phrase: str) -> str:
    """Return the words with the phrase below them, once."""
    return text if phrase in text else f"{text}\n{phrase}".strip()


class InstructionAnswerForm(TaskActionForm):
    title = gettext_lazy("Answer the instruction")
    verb = gettext_lazy("Submit the answer")
    success_message = gettext_lazy("Saved: the instruction is answered.")

    instruction = IdField()
    note = TextField(label=gettext_lazy("Answer"), rows=3)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def arguments(self) -> dict[str, Any]:
        """Replace the task by the instruction; raises Http404 for another task's."""
        instruction = permissions.answerable_instruction(self.account, self.cleaned_data["instruction"], self.today)
        return replace_task_id(super().arguments(), instruction, "instruction_id")


class WithdrawInstructionForm(TaskActionForm):
    title = gettext_lazy("Withdraw the instruction")
    verb = gettext_lazy("Withdraw the instruction")
    success_message = gettext_lazy("Saved: the instruction is withdrawn. Both stand in the log.")

    instruction = IdField()
    note = TextField(label=gettext_lazy("Why it is withdrawn"), required=False, rows=2)

    def arguments(self) -> dict[str, Any]:
        """Replace the task by the instruction; raises Http404 for another task's."""
        instruction = permissions.withdrawable_instruction(self.account, self.cleaned_data["instruction"], self.today)
        arguments = replace_task_id(super().arguments(), instruction, "instruction_id")
        return {**arguments, "effective_on": self.today}

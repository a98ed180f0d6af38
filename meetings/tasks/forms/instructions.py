"""The forms of instructions (批示): given, answered, withdrawn."""

from typing import Any

from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.ui.fields import DayField, IdField, TextField

from .workflow import OnBehalfOfLeaderForm, TaskActionForm, department_field, replace_task_id


class InstructionForm(OnBehalfOfLeaderForm):
    title = gettext_lazy("Give an instruction")
    verb = gettext_lazy("Issue the instruction")
    success_message = gettext_lazy("Saved: the instruction stands on top of the task until it is answered.")

    text = TextField(label=gettext_lazy("Instruction"), rows=3)
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def clean(self) -> dict[str, Any]:
        """Take a phrase that was ticked and words that were typed as one text."""
        data = super().clean() or {}
        texts = [text.strip() for text in self.data.getlist("text") if text.strip()]
        if data.get("text"):
            data["text"] = "\n".join(dict.fromkeys(texts))
        return data


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
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def arguments(self) -> dict[str, Any]:
        """Replace the task by the instruction; raises Http404 for another task's."""
        instruction = permissions.withdrawable_instruction(self.account, self.cleaned_data["instruction"], self.today)
        return replace_task_id(super().arguments(), instruction, "instruction_id")

"""The form of the decision on back-dating."""

from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.types import StrOrPromise
from meetings.tasks.services.back_dating import count_claiming_tasks
from meetings.ui.fields import TextField

from .workflow import DecisionForm, decision_buttons


class BackDatingDecisionForm(DecisionForm):
    """Consent to the days that an act claims, or refusal."""

    title = gettext_lazy("Decide on back-dating")
    accepted_message = gettext_lazy("The entries count on the days they claimed.")
    refused_message = gettext_lazy("The entries count from the day of recording.")
    buttons = decision_buttons(gettext_lazy("Consent to the day"), gettext_lazy("Refuse the day"))
    note = TextField(label=gettext_lazy("Reason"), required=False, rows=2, help_text=gettext_lazy("Needed to refuse."))
    effective_on = None  # type: ignore[assignment]  # it is the decision's own day

    @property
    def success_message(self) -> StrOrPromise:  # type: ignore[override]  # known once a button was pressed
        """Say which of the two was done, and for how many tasks."""
        if (number := count_claiming_tasks(self.result)) == 1:
            return super().success_message
        accepted = _("One act of %(number)d tasks: all its entries count on the days they claimed.")
        refused = _("One act of %(number)d tasks: all its entries count from the day of recording.")
        return (accepted if self.is_accepted else refused) % {"number": number}

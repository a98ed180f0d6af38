"""The table of meetings."""

from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from meetings.display.fields import label
from meetings.ui.tables import ListTable, RowColumn

from .cells import MeetingCells


class MeetingTable(ListTable):
    """The list of meetings."""

    cells_class = MeetingCells
    title = RowColumn(label("meeting"), MeetingCells.title, F("spelling"), css="card-lead cell-task")
    document_number = RowColumn(
        label("document_number"), MeetingCells.document_number, NullIf(F("document_number"), Value(""))
    )
    held_on = RowColumn(label("held_on"), MeetingCells.held_on, F("held_on"))
    issued_on = RowColumn(label("issued_on"), MeetingCells.issued_on, F("issued_on"))
    suggestions = RowColumn(_("Suggestions"), MeetingCells.suggestions, F("suggestion_count"))
    tasks = RowColumn(_("Tasks"), MeetingCells.tasks, F("task_count"))
    health = RowColumn(label("health"), MeetingCells.health)

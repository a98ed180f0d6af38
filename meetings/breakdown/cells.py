"""The cells of the list of meetings."""

from django.template import Context
from django.utils.translation import ngettext

from meetings.display.fields import format_day
from meetings.models import Meeting
from meetings.tasks import task_markup
from meetings.ui.markup import fill_html
from meetings.ui.navigation import tasks_url
from meetings.ui.tables import Cells, draw_count


class MeetingCells(Cells):
    """The cells of meetings; the context has the ``counts``, by the meeting's id."""

    def __init__(self, context: Context) -> None:
        self.counts, self.scope = context["counts"], context["scope"]
        self.as_of = f"?{context['as_of'].urlencode()}" if context["as_of"] else ""

    def title(self, meeting: Meeting) -> str:
        address = meeting.get_absolute_url() + self.as_of
        return fill_html('<a class="task-link" href="{}">{}</a>', address, meeting.title)

    def document_number(self, meeting: Meeting) -> str:
        number = meeting.document_number
        return fill_html('<span class="document-number">{}</span>', number) if number else "–"

    def held_on(self, meeting: Meeting) -> str:
        return fill_html('<span class="nowrap">{}</span>', format_day(meeting.held_on)) if meeting.held_on else "–"

    def issued_on(self, meeting: Meeting) -> str:
        return fill_html('<span class="nowrap">{}</span>', format_day(meeting.issued_on))

    def suggestions(self, meeting: Meeting) -> str:
        return str(meeting.suggestion_count)

    def tasks(self, meeting: Meeting) -> str:
        number = meeting.task_count
        words = ngettext("%(number)s task", "%(number)s tasks", number) % {"number": number}
        return draw_count(number, tasks_url(self.scope, "meeting", meeting.pk), words)

    def health(self, meeting: Meeting) -> str:
        count = self.counts.get(meeting.pk)
        if count is None:
            return ""
        return fill_html(
            '<div class="ring-and-note">{}{}</div>',
            task_markup.health_ring(count, self.scope, "meeting", meeting.pk),
            task_markup.pressing_note(count, self.scope, "meeting", meeting.pk),
        )

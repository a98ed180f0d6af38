"""The cells of the list of tasks."""

import datetime
import functools

from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from meetings import permissions
from meetings.core.lifecycle import CAN_REPORT, transitions_from
from meetings.display.fields import format_day, format_value
from meetings.models import ANSWERABLE_ROLES, DepartmentRole, Task
from meetings.ui.markup import fill_html, join_html
from meetings.ui.tables import Cells, address_of_rows, draw_clamped

from . import display, task_markup


class TaskCells(Cells):
    """The cells of tasks; the page's context has the ``listing``."""

    def __init__(self, context: Context) -> None:
        listing, request = context["listing"], context["request"]
        self.day = listing.day
        self.columns = frozenset(listing.columns)
        self.names_meetings = listing.names_meetings
        self.is_today = listing.is_today
        self.selecting = bool(context.get("selecting"))
        self.row_query = listing.row_query
        # Without a next address, saving leads to the list of all tasks.
        self.status_query = "" if listing.address == reverse("task_list") else f"?{listing.row_query}"
        self.as_of = f"?{listing.as_of.urlencode()}" if listing.as_of else ""
        self.task_address = address_of_rows("task_detail")
        self.status_address = address_of_rows("task_status")
        self.meeting_address = address_of_rows("meeting_detail")
        # Supporting departments have their own column where that is shown.
        self.roles = ANSWERABLE_ROLES if "supporting" in listing.columns else DepartmentRole.values
        self.roles_of = functools.partial(permissions.roles_of, request.user)
        self.open_steps = functools.cache(transitions_from)
        self.in_words = functools.cache(format_value)

    def open_row(self, task: Task) -> SafeString:
        """Draw the beginning of a row, with the box that selects its task for a batch."""
        row = fill_html('<tr id="task-{}">', task.pk)
        if not self.selecting:
            return row
        box = self._draw_box(task) if self.roles_of(task) & CAN_REPORT else ""
        return fill_html('{}<td class="select-cell">{}</td>', row, box)

    def _draw_box(self, task: Task) -> SafeString:
        return fill_html(
            '<input class="form-check-input" type="checkbox" form="batch" name="task" value="{}"'
            ' aria-labelledby="select-label name-{}">',
            task.pk,
            task.pk,
        )

    def number(self, task: Task) -> str:
        return display.task_number_label(task)

    def text(self, task: Task) -> SafeString:
        suggestion = task.suggestion
        notes = []
        if self.names_meetings:
            notes.append((suggestion.meeting.document_number or suggestion.meeting.title,))
        if suggestion.aspect and "aspect" not in self.columns:
            notes.append((suggestion.aspect.title,))
        spans = join_html(" ", "<span>{}</span>", notes)
        return fill_html(
            '<a class="task-link clamp" id="name-{}" href="{}?{}">{}</a>{}',
            task.pk,
            self.task_address(task.pk),
            self.row_query,
            task.text,
            spans and fill_html('<div class="cell-note cell-parts">{}</div>', spans),
        )

    def department(self, task: Task) -> SafeString:
        return task_markup.departments(task, self.roles)

    def leader(self, task: Task) -> SafeString:
        return task_markup.leaders(task)

    def due(self, task: Task) -> SafeString:
        return task_markup.deadline(task, self.day)

    def status(self, task: Task) -> SafeString:
        """Draw the status, for who may change it as the link that opens the form."""
        status = self.in_words("status", task.day_status)
        roles = self.roles_of(task) if self.is_today else frozenset()
        if not (roles & CAN_REPORT and self.open_steps(task.day_status, roles)):
            return fill_html('<span class="status-badge">{}</span>', status)
        return fill_html(
            '<div class="row-status"><a class="status-badge" id="status-{}" href="{}" hx-get'
            ' aria-labelledby="status-{} change-label name-{}">{}</a></div>',
            task.pk,
            self.status_address(task.pk) + self.status_query,
            task.pk,
            task.pk,
            status,
        )

    def health(self, task: Task) -> SafeString:
        return task_markup.short_badge(task)

    def progress(self, task: Task) -> SafeString:
        return task_markup.reports(task)

    def meeting(self, task: Task) -> SafeString:
        meeting = task.suggestion.meeting
        address = self.meeting_address(meeting.pk) + self.as_of
        return fill_html('<a class="clamp" href="{}">{}</a>', address, meeting.title)

    def aspect(self, task: Task) -> str:
        return task.suggestion.aspect.title if task.suggestion.aspect else ""

    def suggestion(self, task: Task) -> str:
        return draw_clamped(task.suggestion.text)

    def source(self, task: Task) -> SafeString:
        return join_html(
            "",
            '<div class="source">{}<span class="name">{}</span></div>',
            (
                (source.capacity and fill_html('<span class="hint">{}</span> ', source.capacity), source.person.name)
                for source in task.suggestion.suggestion_sources.all()
            ),
        )

    def supporting(self, task: Task) -> SafeString:
        parts = [part for part in task.task_departments.all() if part.role == DepartmentRole.SUPPORTING]
        return join_html("", '<div class="name">{}</div>', ((part.department.name,) for part in parts))

    def original(self, task: Task) -> SafeString:
        lines = [("deadline", task.original_deadline_text)]
        if task.original_due_date:
            lines.append(("cell-note nowrap", format_day(task.original_due_date)))
        return join_html("", '<div class="{}">{}</div>', (line for line in lines if line[1]))

    def extensions(self, task: Task) -> str:
        return display.extension_text(task)

    def review(self, task: Task) -> str:
        return _draw_day(task.day_next_review)

    def reported(self, task: Task) -> str:
        return _draw_day(task.last_report_on)

    def closed(self, task: Task) -> str:
        return _draw_day(task.day_closed_on)

    def outcome(self, task: Task) -> str:
        return format_value("outcome", task.day_outcome)


def _draw_day(day: datetime.date | None) -> str:
    return fill_html('<span class="nowrap">{}</span>', format_day(day)) if day else ""

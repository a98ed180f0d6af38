"""The cells of the list of batches."""

from django.template import Context
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext, pgettext

from meetings import permissions
from meetings.core.types import StrOrPromise
from meetings.display.fields import format_moment
from meetings.models import Batch, BatchSource, Consent
from meetings.ui.icons import icon
from meetings.ui.markup import fill_html, join_html
from meetings.ui.tables import Cells, draw_link, draw_row_link


class BatchCells(Cells):
    """The cells of batches, with a button to undo those that the reader may undo."""

    def __init__(self, context: Context) -> None:
        self.account = context["request"].user
        self.token = csrf_input(context["request"])

    def made_at(self, batch: Batch) -> str:
        return draw_row_link(batch.get_absolute_url(), format_moment(batch.made_at))

    def made_by(self, batch: Batch) -> str:
        return str(batch.made_by)

    def changes(self, batch: Batch) -> str:
        """Draw what was done to all of its tasks."""
        if batch.is_consent:
            return _("Consent to back-dating")
        if batch.undoes is not None:
            return _("The batch of %(when)s was undone") % {"when": format_moment(batch.undoes.made_at)}
        changes = [_("%(label)s: %(new)s") % {"label": change.label, "new": change.new} for change in batch.changes]
        nothing = batch.get_source_display() if batch.source == BatchSource.REMINDER else _("Progress")
        return fill_html(
            "{}{}",
            join_html("", "<div>{}</div>", ((change,) for change in changes)) or nothing,
            batch.note and fill_html('<div class="cell-note clamp">{}</div>', batch.note),
        )

    def tasks(self, batch: Batch) -> str:
        return str(batch.task_count)

    def source(self, batch: Batch) -> str:
        file = batch.file_name and fill_html('<div class="cell-note">{}</div>', batch.file_name)
        source = BatchSource.BACK_DATED.label if batch.is_consent else batch.get_source_display()
        return fill_html("{}{}", source, file)

    def undoing(self, batch: Batch) -> str:
        """Draw who undid it, or how, or why it cannot be undone."""
        if batch.is_consent:
            return _draw_hint(Consent.GRANTED.label)
        if batch.undoes_id:
            return _draw_hint(_("Is an undoing itself"))
        if batch.source == BatchSource.REMINDER:
            return _draw_hint(_("Has gone out"))
        if batch.consent == Consent.GRANTED:
            return _draw_hint(batch.get_consent_display())
        if undoing := getattr(batch, "undone_by", None):
            return fill_html(
                '{}<div class="cell-note">{}</div>{}',
                draw_link(undoing.get_absolute_url(), format_moment(undoing.made_at)),
                undoing.made_by,
                _draw_partly() if batch.standing_count else "",
            )
        may = permissions.can_undo_batch(self.account, batch)
        if batch.touched_count:
            return fill_html("{}{}", _draw_touched(batch), _draw_untouched(batch) if may else "")
        return self._draw_button(batch) if may else _draw_hint(_("The secretariat or its maker may undo it"))

    def _draw_button(self, batch: Batch) -> str:
        return fill_html(
            '<form method="post" action="{}">{}<input type="hidden" name="next" value="{}">'
            '<button class="btn btn-sm" type="submit">{}{}</button></form>',
            reverse("undo_batch", args=[batch.pk]),
            self.token,
            reverse("batch_list"),
            icon("arrow-back-up"),
            _("Undo"),
        )


def _draw_hint(text: StrOrPromise) -> str:
    return fill_html('<span class="hint">{}</span>', text)


def _draw_partly() -> str:
    return fill_html(' <span class="tag">{}</span>', pgettext("a batch", "partly undone"))


def _draw_touched(batch: Batch) -> str:
    number = batch.touched_count
    words = ngettext("%(number)s task was changed since", "%(number)s tasks were changed since", number)
    return _draw_hint(words % {"number": number})


def _draw_untouched(batch: Batch) -> str:
    """Draw the way to undoing what was not changed since, if anything was not."""
    if not (number := batch.untouched_count):
        return ""
    words = ngettext("Undo the other %(number)s task", "Undo the other %(number)s tasks", number)
    return fill_html("<div>{}</div>", draw_link(batch.get_absolute_url(), words % {"number": number}))

"""The entries of a task's log as HTML."""

import datetime
from collections.abc import Iterable, Iterator

from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, pgettext

from meetings.display.fields import format_day
from meetings.models import BatchSource, Consent, EntryKind, Instruction, TaskLog
from meetings.ui.markup import fill_html, join_html
from meetings.ui.tables import address_of_rows

from .display import describe_changes, recorded_text


def log_items(context: Context, entries: Iterable[TaskLog]) -> SafeString:
    """Draw ``entries``; each has an anchor unless the page says ``anchors=False``."""
    day, has_anchors = context.get("day"), context.get("anchors") is not False
    batch_address = address_of_rows("batch")

    def draw_title(entry: TaskLog) -> Iterator[SafeString]:
        yield fill_html("<strong>{}</strong> <span>{}</span>", format_day(entry.effective_on), entry)
        if entry.department:
            yield fill_html(" <span>{}</span>", entry.department.name)
        if day and _is_withdrawn(entry, day):
            yield fill_html(' <span class="tag">{}</span>', pgettext("an instruction", "withdrawn"))

    def draw_body(entry: TaskLog) -> Iterator[SafeString]:
        if entry.note:
            yield fill_html('<div class="user-text">{}</div>', linebreaksbr(entry.note))
        for change in describe_changes(entry):
            yield fill_html('<div class="log-change">{}</div>', change)
        if entry.kind == EntryKind.REMINDER or entry.evidence.all():
            yield SafeString(render_to_string("meetings/tasks/_log_parts.html", {"entry": entry}))  # nosec B703 # a template, which escapes
        if notes := join_html(" ", "{}", ((note,) for note in draw_batch(entry))):
            yield fill_html('<div class="log-change">{}</div>', notes)

    def draw_batch(entry: TaskLog) -> Iterator[SafeString]:
        # The page of a single back-dated entry would say nothing more.
        if entry.batch is not None and entry.batch.source != BatchSource.BACK_DATED:
            words = _("Reminded in one act") if entry.kind == EntryKind.REMINDER else _("One of a batch")
            yield fill_html('<a href="{}">{}</a>', batch_address(entry.batch.pk), words)
        # Not looked up for the entries of a conflict.
        if getattr(entry, "is_undone", False):
            is_replaced = entry.batch is not None and entry.batch.consent == Consent.GRANTED
            words = pgettext("an entry", "replaced") if is_replaced else pgettext("an entry", "undone")
            yield fill_html('<span class="tag">{}</span>', words)

    return join_html(
        "",
        '<li{}><div class="log-head">{}</div>{}<div class="cell-note">{}</div></li>',
        (
            (
                fill_html(' id="entry-{}"', entry.sequence) if has_anchors else "",
                join_html("", "{}", ((part,) for part in draw_title(entry))),
                join_html("", "{}", ((part,) for part in draw_body(entry))),
                recorded_text(entry),
            )
            for entry in entries
        ),
    )


def _is_withdrawn(entry: TaskLog, day: datetime.date) -> bool:
    """Return whether an instruction was withdrawn by ``day``."""
    instruction: Instruction | None = getattr(entry, "instructs", None) if entry.kind == EntryKind.INSTRUCTION else None
    if instruction is None or instruction.answer is None or instruction.answered_on is None:
        return False
    return instruction.answer.withdraws_instruction and instruction.answered_on <= day

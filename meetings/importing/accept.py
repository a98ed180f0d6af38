"""确认入库: a draft becomes a meeting, or brings the one it is of up to date; the whole of it or nothing."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Account, Meeting, MinutesDocument
from meetings.refusals import ImpossibleStep

from .differences import reason_of_update, update_meeting
from .draft import Draft, draft_of
from .drafts import keep_accepted, load_draft, locked_document, save_document, sha256_of
from .entering import Entered, enter_meeting
from .text import folded
from .written import ReadMinutes


def meeting_in_register(draft: Draft, sha256: str) -> Meeting | None:
    """Return the meeting this file is of, if it is in the register: by the file, the number, or title and issue day."""
    by_file = MinutesDocument.objects.accepted().filter(sha256=sha256).select_related("meeting").first()
    if by_file is not None:
        return by_file.meeting
    facts = draft.facts
    meetings = Meeting.objects.select_related("chair", "overall_lead")
    if facts.document_number:
        number = folded(facts.document_number)
        for pk, known in meetings.exclude(document_number="").values_list("pk", "document_number"):
            if folded(known) == number:
                return meetings.get(pk=pk)
    if facts.title and facts.issued_on:
        return meetings.filter(title=facts.title, issued_on=facts.issued_on).first()
    return None


@transaction.atomic
def accept_draft(*, document_id: int, actor: Account) -> Entered:
    """Make the draft a meeting, or bring the meeting it is of up to date; the file is kept with it.

    Raises AlreadyAccepted (of two people who accept at once, the second is told), CannotAccept with all that is
    missing, and what the verbs raise. Whatever is raised, nothing has been written.
    """
    document = locked_document(document_id)
    draft = load_draft(document)
    known = meeting_in_register(draft, document.sha256)
    try:
        if known is None:
            entered = enter_meeting(draft, actor=actor)
        else:
            entered = update_meeting(known, draft, actor=actor, reason=reason_of_update(str(document)))
    except IntegrityError as error:
        raise ImpossibleStep(
            _("Somebody entered the same meeting at this moment. Look at the draft again, then accept the difference.")
        ) from error
    document.meeting, document.accepted_at = entered.meeting, timezone.now()
    save_document(document)
    for row, suggestion in zip(document.rows.order_by("position"), entered.suggestions, strict=True):
        row.suggestion = suggestion
        row.save(update_fields=["suggestion"])
    return entered


@transaction.atomic
def accept_file(*, read: ReadMinutes, content: bytes, name: str) -> Entered | None:
    """Enter what a file says without anybody looking at it first; open problems stay as marks.

    The same file a second time does nothing: None. Raises CannotAccept, and ImpossibleStep where the meeting is in
    the register from elsewhere, for what differs is for a person to look at.
    """
    draft = draft_of(read)
    known = meeting_in_register(draft, sha256_of(content))
    if known is not None:
        if known.documents.filter(sha256=sha256_of(content)).exists():
            return None
        raise ImpossibleStep(
            _("The meeting “%(title)s” is in the register already. Load the file on the import page to update it.")
            % {"title": known.title}
        )
    entered = enter_meeting(draft, actor=None)
    keep_accepted(draft, read.format, content, name, entered)
    return entered

"""确认入库: a draft becomes a meeting or updates one, all of it or nothing."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.text import fold_text
from meetings.errors import InvalidTransitionError
from meetings.locking import build_version_token, check_version
from meetings.minutes.parser.schema import ParsedFile
from meetings.models import Account, Meeting, MinutesDocument
from meetings.storage.files import atomic_with_files
from meetings.tasks.services.acknowledgements import ask_to_acknowledge

from .corrections import compute_corrections
from .creation import AcceptResult, create_meeting
from .diff import Difference, compute_difference, update_meeting
from .draft import Draft, build_draft
from .draft_services import create_draft, hash_content, load_draft, lock_document, save_document


def find_existing_meeting(draft: Draft, sha256: str) -> Meeting | None:
    """Return the file's meeting by hash, number, or issue day and title; or None.

    An annex alone may have neither number nor the meeting's full name: the meeting of its issue day that has most of
    its suggestions is its own.

    A draft without a file is of the meeting it corrects, or of a new one.
    """
    if draft.is_manual:
        return draft.corrects
    by_file = MinutesDocument.objects.accepted().filter(sha256=sha256).select_related("meeting").first()
    if by_file is not None:
        return by_file.meeting
    metadata = draft.facts
    meetings = Meeting.objects.select_related("chair", "overall_lead")
    if metadata.document_number:
        number = fold_text(metadata.document_number)
        for pk, document_number in meetings.exclude(document_number="").values_list("pk", "document_number"):
            if fold_text(document_number) == number:
                return meetings.get(pk=pk)
    if metadata.issued_on is None:
        return None
    of_day = meetings.filter(issued_on=metadata.issued_on)
    if metadata.title and (named := of_day.filter(title=metadata.title).first()):
        return named
    if metadata.document_number:
        return None
    printed = {fold_text(drafted.row.suggestion) for drafted in draft.rows if drafted.row.suggestion}
    for meeting in of_day:
        known = set(map(fold_text, meeting.suggestions.values_list("text", flat=True)))
        if 2 * len(printed & known) > len(printed):
            return meeting
    return None


def compare_with_register(draft: Draft, sha256: str) -> tuple[Meeting | None, Difference | None]:
    """Return the draft's meeting in the register, and what accepting changes there."""
    existing = find_existing_meeting(draft, sha256)
    if existing is None:
        return None, None
    return existing, compute_corrections(existing, draft) if draft.is_manual else compute_difference(existing, draft)


def accept_version_token(
    document: MinutesDocument, draft: Draft, existing: Meeting | None, difference: Difference | None
) -> str:
    """Return the token of all that accepting depends on."""
    rows = [(row.pk, row.version) for row in draft.rows]
    return build_version_token(document.version, rows, existing and existing.pk, difference)


@transaction.atomic
def accept_draft(
    *, document_id: int, actor: Account, version_token: str | None = None, reason: str = ""
) -> AcceptResult:
    """Create a meeting from the draft, or update its meeting, and attach the file.

    ``version_token`` is `accept_version_token` of the page the person looked at, ``reason`` why something is corrected
    by hand. Raises AlreadyAcceptedError (of two people who accept at once, the second is told), ConflictError where the
    page is no longer true, such as when somebody else entered the same meeting, AcceptBlockedError with all that is
    missing, and what the services raise. Whatever is raised, nothing has been written.
    """
    document = lock_document(document_id)
    if document.corrects_id is not None:
        Meeting.objects.select_for_update().get(pk=document.corrects_id)
    draft = load_draft(document)
    existing, difference = compare_with_register(draft, document.sha256)
    check_version(
        version_token,
        accept_version_token(document, draft, existing, difference),
        message=_("The draft or the register has changed since you opened this page. Look at it again, then accept."),
    )
    try:
        if existing is None or difference is None:
            entered = create_meeting(draft, actor=actor)
            ask_to_acknowledge(entered.meeting)
        else:
            reason = reason if draft.is_manual else _("Updated from the file “%(name)s”.") % {"name": document}
            entered = update_meeting(existing, draft, difference, actor=actor, reason=reason)
    except IntegrityError as error:
        raise InvalidTransitionError(
            _("Somebody entered the same meeting at this moment. Look at the draft again, then accept the difference.")
        ) from error
    document.meeting, document.accepted_at = entered.meeting, timezone.now()
    save_document(document)
    if document.is_manual:
        # There is no file whose rows anybody would look up.
        document.rows.all().delete()
        return entered
    for row, suggestion in zip(document.rows.order_by("position"), entered.suggestions, strict=True):
        row.suggestion = suggestion
        row.save(update_fields=["suggestion"])
    return entered


@atomic_with_files()
def accept_file(*, parsed: ParsedFile, content: bytes, name: str) -> AcceptResult | None:
    """Enter a file without review; open problems stay as import issues.

    The same file a second time does nothing: None. Raises AcceptBlockedError, and InvalidTransitionError where the
    meeting is in the register from elsewhere, for what differs is for a person to look at.
    """
    draft = build_draft(parsed)
    existing = find_existing_meeting(draft, hash_content(content))
    if existing is not None:
        if existing.documents.filter(sha256=hash_content(content)).exists():
            return None
        raise InvalidTransitionError(
            _("The meeting “%(title)s” is in the register already. Load the file on the import page to update it.")
            % {"title": existing.title}
        )
    entered = create_meeting(draft, actor=None)
    create_draft(parsed=parsed, content=content, name=name, account=None, entered=entered)
    return entered

"""Scans handed in: kept at once, recognised by the worker, then drafts as others."""

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy

from meetings.errors import ServiceError
from meetings.jobs import job
from meetings.models import Account, MinutesDocument, Scan
from meetings.storage.files import atomic_with_files

from .documents import UnreadableDocumentError, UnreadableReason, detect_format
from .draft_services import display_name, hash_content, store_reading
from .layouts import read_file
from .parser.schema import LayoutChoice, ParsedFile
from .scan_sandbox import check_in_sandbox, recognise_in_sandbox


class _ScanGoneError(Exception):
    """The draft was thrown away while its pages were recognised."""


@atomic_with_files()
def create_scan(*, content: bytes, name: str, account: Account) -> MinutesDocument:
    """Keep a scan as a draft of ``account`` and let the worker read it.

    Raises UnreadableDocumentError for one that cannot be opened.
    """
    check_in_sandbox(content)
    document = MinutesDocument(
        sha256=hash_content(content),
        size=len(content),
        format=detect_format(content),
        original_name=display_name(name),
        uploaded_by=account,
    )
    document.file.save("", ContentFile(content))
    Scan.objects.create(document=document)
    read_scan.enqueue(document.pk)
    return document


@job(gettext_lazy("Read a scan"))
def read_scan(document_id: int) -> None:
    """Recognise the pages of a scan and fill its draft.

    Where it cannot be read, its page says why. What was read, or thrown away, is left alone.
    """
    scan = Scan.objects.filter(pk=document_id, is_read=False).select_related("document").first()
    if scan is None:
        return
    with scan.document.file.open() as file:
        content = file.read()
    try:
        recognised = recognise_in_sandbox(content, on_page=_Progress(document_id))
        parsed, layout = read_file(content, recognised)
    except _ScanGoneError:
        return
    except UnreadableDocumentError as error:
        Scan.objects.filter(pk=document_id).update(problem={"code": error.code, "parameters": error.parameters})
    except ServiceError:
        problem = {"code": UnreadableReason.UNFINISHED, "parameters": {}}
        Scan.objects.filter(pk=document_id).update(problem=problem)
    else:
        _fill_draft(document_id, recognised, parsed, layout)


class _Progress:
    """Notes how far the pages are; ends the reading of a draft that is gone."""

    def __init__(self, document_id: int) -> None:
        self._of = Scan.objects.filter(pk=document_id)

    def __call__(self, done: int, count: int) -> None:
        if not self._of.update(pages_read=done, page_count=count):
            raise _ScanGoneError


@transaction.atomic
def _fill_draft(document_id: int, recognised: str, parsed: ParsedFile, layout: LayoutChoice | None) -> None:
    # Not joined with its document: whoever waited for the lock would see the join as it was before waiting.
    scan = Scan.objects.select_for_update().filter(pk=document_id, is_read=False).first()
    if scan is None:
        return
    store_reading(scan.document, parsed, layout)
    scan.is_read, scan.recognised = True, recognised
    scan.save()


def describe_problem(scan: Scan) -> str:
    """Return why a scan could not be read, in one sentence; nothing while it can."""
    if not scan.problem:
        return ""
    return UnreadableDocumentError(UnreadableReason(scan.problem["code"]), **scan.problem["parameters"]).message

"""The tables of a draft's file: which are read, and what their columns are.

What somebody chose is kept with the document, and holds for the next file whose heads are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.converter import converter
from meetings.core.types import StrOrPromise
from meetings.display.fields import FIELDS, join_items
from meetings.errors import InvalidInputError
from meetings.minutes.documents import UnreadableDocumentError
from meetings.minutes.parser.column_evidence import KnownNames
from meetings.minutes.parser.layout_choice import COLUMN_KINDS, REPEATED_KINDS
from meetings.minutes.parser.schema import FoundTable, LayoutChoice, ParsedFile
from meetings.models import DraftRow, MinutesDocument, Scan

from .draft import build_draft
from .draft_services import load_draft, lock_document, row_columns, save_document
from .known_names import load_known_names
from .rereading import reread_draft
from .sandbox import parse_in_sandbox

#: What a column may be taken for, in the words of the page; in the order of its list.
KIND_LABELS: dict[str, StrOrPromise] = {
    "number": FIELDS["printed_number"].label,
    "aspect": FIELDS["aspect"].label,
    "suggestion": FIELDS["suggestion"].label,
    "tasks": FIELDS["tasks"].label,
    "lead": gettext_lazy("Lead department"),
    "responsible": FIELDS["department"].label,
    "supporting": FIELDS["supporting"].label,
    "leaders": FIELDS["leader"].label,
    "deadline": FIELDS["deadline"].label,
    "sources": FIELDS["source"].label,
    "remarks": gettext_lazy("Remarks, or something else"),
}
_ROWS_NAMED = 5
#: Documents whose choice is compared with a new file's heads, the last accepted first.
_REMEMBERED = 200


class WorkLostError(InvalidInputError):
    """What was done to some rows would not fit any more; nothing was changed."""

    def __init__(self, lost: Sequence[str]) -> None:
        super().__init__(
            _("What was done to these rows would not fit any more: %(names)s. Nothing was changed yet.")
            % {"names": name_rows(lost)}
        )


def name_rows(headings: Sequence[str]) -> str:
    """Return the first few rows by what they are about."""
    names = join_items(f"“{Truncator(heading).chars(20)}”" for heading in headings[:_ROWS_NAMED])
    return names + ("…" if len(headings) > _ROWS_NAMED else "")


@dataclass(frozen=True, slots=True)
class RereadResult:
    """What reading a file anew came to: its rows, and what became of the work on them."""

    row_count: int
    kept_count: int
    lost: tuple[str, ...]


def load_tables(document: MinutesDocument) -> tuple[FoundTable, ...]:
    """Return the tables that were found in the document's file."""
    return converter.structure(document.tables, tuple[FoundTable, ...])


def load_layout(document: MinutesDocument) -> LayoutChoice | None:
    """Return what somebody chose of the tables; None where nobody did."""
    return converter.structure(document.layout, LayoutChoice) if document.layout else None


def load_recognised(document_id: int) -> str:
    """Return what was recognised in a scan; nothing for other documents."""
    return Scan.objects.filter(pk=document_id).values_list("recognised", flat=True).first() or ""


def read_file(content: bytes, recognised: str = "") -> tuple[ParsedFile, LayoutChoice | None]:
    """Read a file as somebody chose for an earlier one with the same heads.

    ``recognised``: of a scan, what `recognise_in_sandbox` gave.
    Return the choice, too: None where there was none, or where it is what the file gives by itself. Raises
    UnreadableDocumentError.
    """
    known = load_known_names()
    read = parse_in_sandbox(content, known=known, recognised=recognised)
    layout = _remember(read.minutes.tables)
    if layout is not None:
        read = parse_in_sandbox(content, known=known, layout=layout, recognised=recognised)
    return read, layout


def _remember(tables: tuple[FoundTable, ...]) -> LayoutChoice | None:
    shapes = {table.shape for table in tables if any(table.shape)}
    if not shapes:
        return None
    chosen_before = MinutesDocument.objects.accepted().filter(layout__isnull=False).values_list("tables", flat=True)
    for stored in chosen_before[:_REMEMBERED]:
        former = converter.structure(stored, tuple[FoundTable, ...])
        kinds = {table.shape: table.kinds for table in former if table.is_chosen}
        if kinds and shapes.issuperset(kinds):
            # A table that the former file did not have is read as it would be.
            known = {table.shape for table in former}
            kinds |= {table.shape: table.kinds for table in tables if table.is_chosen and table.shape not in known}
            choice = LayoutChoice({table.number: kinds[table.shape] for table in tables if table.shape in kinds})
            return None if choice == layout_of(tables) else choice
    return None


def layout_of(tables: tuple[FoundTable, ...]) -> LayoutChoice:
    """Return the tables that were read, with the kinds of their columns."""
    return LayoutChoice({table.number: table.kinds for table in tables if table.is_chosen})


def choose_layout(
    *, document_id: int, version: int, chosen: Mapping[int, tuple[str, ...]] | None, sure: bool = False
) -> RereadResult:
    """Read the kept file again, its tables and columns as ``chosen``.

    With None it is read as it gives them by itself. What somebody did to the rows is kept where it still fits
    (`reread_draft`); where it does not, WorkLostError is raised unless they are ``sure``. Raises InvalidInputError for
    kinds that cannot be, ConflictError, AlreadyAcceptedError.
    """
    document = MinutesDocument.objects.get(pk=document_id)
    tables = load_tables(document)
    if not tables:
        raise InvalidInputError(_("The page does not fit the file any more. Open the draft again."))
    layout = None if chosen is None else _validate(tables, chosen)
    try:
        with document.file.open() as file:
            content = file.read()
    except FileNotFoundError as error:
        raise InvalidInputError(_("The file is missing, so it cannot be read again.")) from error
    known, recognised = load_known_names(), load_recognised(document_id)
    try:
        # Outside of the transaction: it takes seconds.
        before, after = _read_both(content, known, recognised, (load_layout(document), layout))
    except UnreadableDocumentError as error:
        raise InvalidInputError(error.message) from error
    return _save_reading(document_id, version, before, after, layout, sure)


def _read_both(
    content: bytes, known: KnownNames, recognised: str, layouts: Iterable[LayoutChoice | None]
) -> list[ParsedFile]:
    """Read a file under several choices at the same time."""
    with ThreadPoolExecutor() as readers:
        readings = [
            # In the language of the request: what is wrong is said in it.
            readers.submit(
                copy_context().run,
                partial(parse_in_sandbox, content, known=known, layout=layout, recognised=recognised),
            )
            for layout in layouts
        ]
        return [reading.result() for reading in readings]


@transaction.atomic
def _save_reading(
    document_id: int, version: int, before: ParsedFile, after: ParsedFile, layout: LayoutChoice | None, sure: bool
) -> RereadResult:
    document = lock_document(document_id, version)
    reread = reread_draft(load_draft(document), build_draft(before), build_draft(after))
    if reread.lost and not sure:
        raise WorkLostError(reread.lost)
    document.facts = converter.unstructure(reread.draft.facts)
    document.problems = converter.unstructure(reread.draft.problems)
    document.tables = converter.unstructure(after.minutes.tables)
    document.layout = converter.unstructure(layout)
    save_document(document)
    document.rows.all().delete()
    DraftRow.objects.bulk_create(
        DraftRow(document=document, position=position, **row_columns(row))
        for position, row in enumerate(reread.draft.rows, start=1)
    )
    return RereadResult(len(reread.draft.rows), reread.kept_count, reread.lost)


def _validate(tables: tuple[FoundTable, ...], chosen: Mapping[int, tuple[str, ...]]) -> LayoutChoice:
    """Return the choice; a kind given to a further column leaves the former one."""
    valid: dict[int, tuple[str, ...]] = {}
    for table in tables:
        kinds = chosen.get(table.number)
        if kinds is None:
            continue
        if len(kinds) != len(table.kinds) or not set(kinds) <= set(COLUMN_KINDS):
            raise InvalidInputError(_("The page does not fit the file any more. Open the draft again."))
        valid[table.number] = _take_from_former(table, kinds)
    if not valid:
        raise InvalidInputError(_("Choose the table that holds the tasks."))
    return LayoutChoice(valid)


def _take_from_former(table: FoundTable, kinds: tuple[str, ...]) -> tuple[str, ...]:
    kinds_now = list(kinds)
    for kind in COLUMN_KINDS:
        places = [at for at, of in enumerate(kinds) if of == kind]
        if kind in REPEATED_KINDS or len(places) < 2:
            continue
        given = [at for at in places if table.kinds[at] != kind]
        if len(given) > 1 or len(places) > 2:
            heads = join_items(f"“{table.headers[at]}”" for at in places)
            raise InvalidInputError(
                _("A table has one column of “%(kind)s”; it was chosen for %(heads)s.")
                % {"kind": KIND_LABELS[kind], "heads": heads}
            )
        for at in places:
            if at not in given:
                kinds_now[at] = "remarks"
    return tuple(kinds_now)

"""Comments and pictures at open cells of a workbook, offered to be taken over.

Those to be taken over are among the upload's decisions; the key has the row's place, the kind and a number:
``{"3:comment:0": "take"}``.
"""

import datetime
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, cast

from django.core.files.uploadedfile import SimpleUploadedFile

from cnas_tasks.logs import describe
from meetings.core.file_types import detect_file_type
from meetings.errors import ServiceError
from meetings.exports.workbook import clean_text
from meetings.minutes.documents import UnreadableDocumentError
from meetings.minutes.documents.packages import Package
from meetings.models import MAX_TEXT_LENGTH, Account, EntryKind, TaskLog, WorkbookUpload
from meetings.models.log import exclude_undone
from meetings.tasks.services.batch_plan import PlannedRow, TaskChange
from meetings.tasks.services.comments import plan_comment
from meetings.tasks.services.evidence import CheckedFile, check_files, plan_evidence

from .format import OPEN_COLUMNS
from .messages import Notice, NoticeCode
from .parser import ParsedWorkbook
from .reviewed_rows import Offer, ReviewedRow, RowState

logger = logging.getLogger(__name__)

TAKE = "take"


def notices_at_open_cells(workbook: ParsedWorkbook) -> dict[str, tuple[int, Notice]]:
    """Return the comments and pictures at open cells by key, with the row's place."""
    places = {(row.sheet, row.row): place for place, row in enumerate(workbook.rows)}
    found: dict[str, tuple[int, Notice]] = {}
    for notice in workbook.notices:
        if notice.code in (NoticeCode.COMMENT, NoticeCode.PICTURE) and notice.column in OPEN_COLUMNS:
            number = int("".join(filter(str.isdecimal, notice.place)) or 0)
            if (place := places.get((notice.sheet, number))) is not None:
                found[f"{place}:{notice.code.value}:{len(found)}"] = (place, notice)
    return found


def find_offers(upload: WorkbookUpload, workbook: ParsedWorkbook) -> dict[int, list[Offer]]:
    """Return what could be taken over, by the places of the rows.

    That is each comment which the register can hold, and each picture that would be accepted as evidence.
    """
    notices = notices_at_open_cells(workbook)
    pictures = _read_pictures(upload, {key: notice for key, (_place, notice) in notices.items() if notice.part})
    offers: dict[int, list[Offer]] = {}
    for key, (place, notice) in notices.items():
        text = clean_text(notice.value).strip() if notice.code is NoticeCode.COMMENT else ""
        if key in pictures or 0 < len(text) <= MAX_TEXT_LENGTH:
            offer = Offer(key, notice, text, pictures.get(key), upload.decisions.get(key) == TAKE)
            offers.setdefault(place, []).append(offer)
    return offers


def _read_pictures(upload: WorkbookUpload, notices: Mapping[str, Notice]) -> dict[str, CheckedFile]:
    """Return the pictures that may be evidence, named after the file and their cells."""
    pictures: dict[str, CheckedFile] = {}
    if not notices:
        return pictures
    try:
        with upload.file.open("rb") as file, Package(file.read()) as package:
            for key, notice in notices.items():
                picture = SimpleUploadedFile("picture", package.content(notice.part))
                file_type = detect_file_type(cast(BinaryIO, picture))
                if file_type is not None and file_type.content_type.startswith("image/"):
                    picture.name = f"{PurePath(upload.original_name).stem} {notice.place}.{file_type.endings[0]}"
                    # A picture that is too large stays in the list of what was not read.
                    with suppress(ServiceError):
                        (pictures[key],) = check_files([picture])
    except (OSError, UnreadableDocumentError) as error:
        logger.warning("The pictures of “%s” cannot be read: %s", upload.file.name, describe(error))
    return pictures


def plan_offers(
    row: ReviewedRow, offers: Iterable[Offer], later_entries: Iterable[TaskLog], account: Account, day: datetime.date
) -> list[Offer]:
    """Add ``offers`` to ``row``, and those to be taken over to its planned entries.

    Return the offers that the register does not have yet, by its ``later_entries``. A row that is left out gets none.
    """
    standing = exclude_undone(later_entries)
    notes = {entry.note for entry in standing if entry.kind == EntryKind.COMMENT}
    digests = {file["sha256"] for entry in standing for file in entry.changes.get("evidence", {}).get("new", [])}
    new = [offer for offer in offers if offer.text not in notes and offer.digest not in digests]
    if row.task is None or not (row.is_accepted or row.state in (RowState.UNCHANGED, RowState.RECORDED)):
        return new
    row.offers = new
    entries = []
    for offer in row.offers:
        if offer.is_taken and offer.file is None:
            try:
                entries.append(plan_comment(row.task, account, offer.text, row.department))
            except ServiceError as error:
                offer.refuse(error)
    pictures = [offer for offer in row.offers if offer.is_taken and offer.file is not None]
    try:
        files = [offer.file[0] for offer in pictures if offer.file is not None]
        if files:
            row.evidence = plan_evidence(
                row.task, actor=account, files=files, effective_on=day, department=row.department
            )
            entries.append(row.evidence[0])
    except ServiceError as error:
        for offer in pictures:
            offer.refuse(error)
    if not entries:
        return new
    if not row.is_accepted:
        row.state, row.differences = RowState.CHANGES, []
        row.planned_row = PlannedRow(row.task, TaskChange(task_id=row.task.pk, effective_on=day))
    assert row.planned_row is not None  # what is accepted has been planned
    row.planned_row = replace(row.planned_row, entries=(*row.planned_row.entries, *entries))
    return new

"""A fill-in workbook in the hands of a department: fetched, edited as in Excel, handed in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from meetings.models import Account, Task, WorkbookUpload
from meetings.workbooks.format import COLUMN_KEY_PREFIX, ROW_KEY_PREFIX, WorkbookColumn, parse_row_key

PROGRESS, STATUS, DAY, REASON = (
    WorkbookColumn.PROGRESS,
    WorkbookColumn.NEW_STATUS,
    WorkbookColumn.DAY,
    WorkbookColumn.REASON,
)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def fetched(account: Account, query: str = "") -> bytes:
    """Return the workbook that the page hands out."""
    response = signed_in(account).get(f"/fill-in/workbook/{query}")
    assert response.status_code == 200, response.content.decode()[:500]
    return b"".join(response.streaming_content)


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def edited(content: bytes, edit: Callable[[Workbook], None]) -> bytes:
    """Return the workbook after ``edit`` has been at it."""
    workbook = opened(content)
    edit(workbook)
    return saved(workbook)


def keys_row(sheet: Worksheet) -> int:
    return next(cell.row for row in sheet for cell in row if str(cell.value).startswith(COLUMN_KEY_PREFIX))


def column(sheet: Worksheet, key: WorkbookColumn) -> int:
    """Return where a column is, by the hidden row."""
    row = keys_row(sheet)
    return next(cell.column for cell in sheet[row] if cell.value == COLUMN_KEY_PREFIX + key.value)


def key_column(sheet: Worksheet) -> int:
    return next(cell.column for row in sheet for cell in row if str(cell.value).startswith(ROW_KEY_PREFIX))


def row_of(sheet: Worksheet, task: Task) -> int:
    """Return the row of a task, by its hidden key."""
    for row in range(1, sheet.max_row + 1):
        for cell in sheet[row]:
            key = parse_row_key(str(cell.value))
            if key is not None and key.task_id == task.pk:
                return row
    raise AssertionError(f"{task} is not in the sheet")


def fill(sheet: Worksheet, task: Task, **values: object) -> None:
    """Write into the open cells of a task: ``progress``, ``new_status``, ``day``, ``reason``."""
    row = row_of(sheet, task)
    for name, value in values.items():
        sheet.cell(row, column(sheet, WorkbookColumn(name))).value = value


def put_on(sheet: Worksheet, task: Task, *, comment: str = "", has_picture: bool = False) -> str:
    """Put a comment and a picture on the cell for a task's progress; return what the cell is called."""
    cell = sheet.cell(row_of(sheet, task), column(sheet, PROGRESS))
    if comment:
        cell.comment = Comment(comment, "张三")
    if has_picture:
        sheet.add_image(picture(), cell.coordinate)
    return cell.coordinate


def picture() -> Image:
    """Return a picture as openpyxl puts it on a sheet."""
    buffer = io.BytesIO()
    Picture.new("RGB", (2, 2)).save(buffer, "PNG")
    return Image(buffer)


def take_all(account: Account, page):
    """Press the button of every comment and picture that a review page offers; return the page afterwards."""
    client, address = signed_in(account), f"/fill-in/{page.context['upload'].pk}/"
    for _row, offer in page.context["review"].offers:
        client.post(address, {"action": "take", "offer": offer.key})
    return client.get(address)


def fill_every_row(workbook: Workbook) -> None:
    """Report the same progress in every row of every sheet."""
    for sheet in workbook.worksheets:
        progress, keys = column(sheet, PROGRESS), key_column(sheet)
        for row in range(1, sheet.max_row + 1):
            if str(sheet.cell(row, keys).value).startswith(ROW_KEY_PREFIX):
                sheet.cell(row, progress).value = "按计划推进。"


def filled(content: bytes, task: Task, **values: object) -> bytes:
    """Return the workbook with the open cells of one task, in its first sheet, written."""
    return edited(content, lambda workbook: fill(workbook.worksheets[0], task, **values))


def handed_in(account: Account, *contents: bytes, name: str = "填报表.xlsx"):
    """Hand in workbooks through the page; return the answer."""
    files = [SimpleUploadedFile(name, content) for content in contents]
    return signed_in(account).post("/fill-in/", {"files": files}, follow=True)


def review_after(account: Account, content: bytes):
    """Hand in one workbook; return what its page shows."""
    response = handed_in(account, content)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.context["review"]


def accepted(account: Account, content: bytes, **more: str):
    """Hand in one workbook and accept what the page shows; return the answer."""
    response = handed_in(account, content)
    return accept(account, response, **more)


def accept(account: Account, page, **more: str):
    """Press the button of a review page that was opened before."""
    upload = page.context["upload"]
    sent = {"action": "accept", "seen": page.context["seen"], "seen_at": page.context["seen_at"], **more}
    return signed_in(account).post(f"/fill-in/{upload.pk}/", sent, follow=True)


def only_upload() -> WorkbookUpload:
    return WorkbookUpload.objects.get()


def sentences(response) -> str:
    """Return the text of a page without its tags."""
    return re.sub(r"<[^>]+>", " ", response.content.decode())

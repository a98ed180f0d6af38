"""填报表: writer of the workbook that a department fills in and sends back.

One sheet a department, one row a task: what is known is locked, four columns are open. The sheets are protected
without a password, so that nobody writes in the wrong place by mistake; what counts is that a change of a locked
cell is noticed when the workbook comes back (`format`), which no password could do.

It is in Chinese whatever the reader's language: it goes to departments, and the log is a Chinese document.
"""

import datetime
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from meetings.errors import InvalidInputError
from meetings.exports.columns import CellKind
from meetings.exports.downloads import file_name
from meetings.exports.layout import MAX_ROW_HEIGHT, text_height
from meetings.exports.progress import note_progress
from meetings.exports.sheets import set_up_page, set_widths, write_across, write_header_cell
from meetings.exports.workbook import (
    DATE_FORMAT,
    HEI,
    SONG,
    TEXT_FORMAT,
    clean_text,
    new_workbook,
    sheet_title,
    write_cell,
)
from meetings.models import MAX_TEXT_LENGTH, Department, Status, Task
from meetings.models.task import TaskQuerySet
from meetings.workbooks.columns import COLUMNS
from meetings.workbooks.department_tasks import allowed_statuses, count_open_tasks, open_tasks_of_departments

from .format import (
    OPEN_COLUMNS,
    RowKey,
    SheetKey,
    WorkbookColumn,
    digest,
    format_column_key,
    format_row_key,
    format_sheet_key,
    to_microseconds,
)

# A sheet of more rows would not be read again, and nobody fills in as many.
MAX_SHEET_ROWS = 4_000
# Rows over all the sheets of one file, for the same reason.
MAX_FILE_ROWS = 8_000

_SIZE, _TITLE_SIZE = 10.0, 16.0
_MARGIN = 0.5  # Inches.
# An open cell has room for some lines before anything is written.
_MIN_ROW_HEIGHT = 48.0
_LOCKED_FILL = PatternFill("solid", fgColor="FFF2F2F2")
_OPEN_FILL = PatternFill("solid", fgColor="FFFFF9DB")
_HEADER_FILL, _OPEN_HEADER_FILL = PatternFill("solid", fgColor="FFE8EDF3"), PatternFill("solid", fgColor="FFFFE8A3")
_EDGE = Side(style="thin", color="FF9AA5B1")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


@dataclass(frozen=True, slots=True)
class ReturnInstructions:
    """Part of the instructions: by when to return the workbook, and to whom."""

    return_by: datetime.date | None = None
    send_to: str = ""


_STATUS_MEANINGS: tuple[tuple[Status, Promise], ...] = (
    (Status.NOT_STARTED, gettext_lazy("nothing has been done yet; say in reason why")),
    (Status.IN_PROGRESS, gettext_lazy("work is going on")),
    (Status.CLOSURE_REQUESTED, gettext_lazy("the work is done, and the secretariat is asked to close the task")),
)


# --- writing it -------------------------------------------------------------------------------------


def write_workbook(
    file: BinaryIO,
    *,
    departments: Sequence[Department],
    tasks: TaskQuerySet,
    today: datetime.date,
    instructions: ReturnInstructions = ReturnInstructions(),  # noqa: B008 - frozen
    name_of: Callable[[Department], str] | None = None,
) -> None:
    """Write one workbook: a sheet for each of ``departments`` with an open task.

    With ``name_of``, write a zip with a workbook for each of them, which that names. ``tasks`` are `Task.objects.on`
    the present day (``today``, Asia/Shanghai). Raises InvalidInputError where there are none, or more than are read
    again; then nothing has been written. Three queries, however many departments there are.
    """
    sheets = _sheets(departments, tasks, MAX_FILE_ROWS if name_of is None else math.inf)
    with translation.override(settings.LANGUAGE_CODE):
        if name_of is None:
            _build_workbook(_noting_progress(sheets), today, instructions).save(file)
            return
        used_names: set[str] = set()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for sheet in _noting_progress(sheets):
                with archive.open(_free_name(name_of(sheet[0]), used_names), "w") as part:
                    _build_workbook([sheet], today, instructions).save(part)


def _noting_progress(sheets: Sequence[tuple[Department, list[Task]]]) -> Iterator[tuple[Department, list[Task]]]:
    done, count = 0, sum(len(tasks) for _department, tasks in sheets)
    for department, tasks in sheets:
        yield department, tasks
        done += len(tasks)
        note_progress(done, count)


def _free_name(name: str, used_names: set[str]) -> str:
    """Return ``name`` as an archive can hold it, numbered if it is taken."""
    free, number = file_name(name, "xlsx"), 1
    # Windows unpacks two names that differ by their case into one file.
    while free.casefold() in used_names:
        number += 1
        free = file_name(f"{name} {number}", "xlsx")
    used_names.add(free.casefold())
    return free


def _sheets(
    departments: Sequence[Department], tasks: TaskQuerySet, max_rows: float
) -> list[tuple[Department, list[Task]]]:
    task_rows = list(open_tasks_of_departments(tasks, [department.pk for department in departments]))
    of: dict[int, list[Task]] = {department.pk: [] for department in departments}
    for task in task_rows:
        for department_id in {part.department_id for part in task.task_departments.all()}:
            if department_id in of:
                of[department_id].append(task)
    sheets = [(department, of[department.pk]) for department in departments if of[department.pk]]
    _check_sizes([len(rows) for _department, rows in sheets], max_rows)
    return sheets


def count_rows(departments: Sequence[Department], tasks: TaskQuerySet, *, is_archive: bool) -> int:
    """Return how many rows `write_workbook` writes; raises what that raises."""
    counts = count_open_tasks(tasks, [department.pk for department in departments])
    _check_sizes(counts, math.inf if is_archive else MAX_FILE_ROWS)
    return sum(counts)


def _check_sizes(counts: Sequence[int], max_rows: float) -> None:
    if not counts:
        raise InvalidInputError(_("None of these departments has an open task there, so there is nothing to fill in."))
    if max(counts) > MAX_SHEET_ROWS or sum(counts) > max_rows:
        raise InvalidInputError(
            _(
                "That is more than %(sheet)d rows in a sheet or %(file)d in a workbook. Choose one meeting, fewer "
                "departments, or a workbook for each department."
            )
            % {"sheet": MAX_SHEET_ROWS, "file": MAX_FILE_ROWS}
        )


def _build_workbook(
    sheets: Iterable[tuple[Department, list[Task]]], today: datetime.date, instructions: ReturnInstructions
) -> Workbook:
    workbook = new_workbook(_("Fill-in workbook"))
    workbook.remove(workbook.active)
    for department, tasks in sheets:
        # openpyxl puts a number behind a title that is there already.
        _write_sheet(workbook.create_sheet(sheet_title(department.name)), department, tasks, today, instructions)
    return workbook


def _write_sheet(
    sheet: Worksheet,
    department: Department,
    tasks: Sequence[Task],
    today: datetime.date,
    instructions: ReturnInstructions,
) -> None:
    columns = list(COLUMNS.values())
    set_widths(sheet, columns)
    keys_column = get_column_letter(len(columns) + 1)
    sheet.column_dimensions[keys_column].hidden = True
    title = _("%(department)s: progress of the committee's tasks (as of %(day)s)") % {
        "department": department.name,
        "day": today.isoformat(),
    }
    heading = (title, "\n".join(_instructions(today, instructions)))
    write_across(sheet, 1, title, columns, font=Font(**HEI, size=_TITLE_SIZE, bold=True), is_centred=True, padding=4)
    write_across(sheet, 2, heading[1], columns, font=Font(**SONG, size=_SIZE), is_centred=False, padding=4)
    keys_row = 3
    sheet_key = SheetKey(department.pk, today, digest("\n".join(heading)), tuple(task.pk for task in tasks))
    for index, key in enumerate(COLUMNS, start=1):
        write_cell(sheet.cell(keys_row, index), format_column_key(key))
    write_cell(sheet.cell(keys_row, len(columns) + 1), format_sheet_key(sheet_key))
    sheet.row_dimensions[keys_row].hidden = True
    header_row = keys_row + 1
    for index, (key, column) in enumerate(COLUMNS.items(), start=1):
        fill = _OPEN_HEADER_FILL if key in OPEN_COLUMNS else _HEADER_FILL
        write_header_cell(sheet, header_row, index, column, size=_SIZE, border=_BORDER, fill=fill)
    sheet.row_dimensions[header_row].height = max(
        text_height(str(column.head), column.width, _SIZE) for column in columns
    )
    styles = [copy(cell._style) for cell in _style_row(sheet, header_row + 1)]
    for row, task in enumerate(tasks, start=header_row + 1):
        _write_row(sheet, row, styles, task, department)
    _add_validations(sheet, header_row + 1, department, tasks)
    sheet.protection.sheet = True
    # Reading stays comfortable: columns and rows may be made wider, and the rows filtered.
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.autoFilter = False
    # The hidden keys are part of the filtered range, so that sorting takes them along.
    sheet.auto_filter.ref = f"A{header_row}:{keys_column}{header_row + len(tasks)}"
    set_up_page(sheet, header_row, _MARGIN)
    sheet.oddFooter.center.text = "&P / &N"


def _instructions(today: datetime.date, return_instructions: ReturnInstructions) -> list[str]:
    meanings = "；".join(
        _("“%(status)s”: %(meaning)s") % {"status": status.label, "meaning": meaning}
        for status, meaning in _STATUS_MEANINGS
    )
    lines = [
        _(
            "1. Fill in the yellow columns alone: progress, status, day, reason. The grey ones are locked, and changes "
            "there are not taken over. Leave empty what has not changed: an empty row means nothing new."
        ),
        _("2. Status: choose from the list, or leave it empty to keep the present one. %(meanings)s.")
        % {"meanings": meanings},
        _(
            "3. Day: when the progress was made, no earlier than the minutes were issued and no later than today, such "
            "as %(day)s; empty means the day on which the workbook is handed in. Whoever asks for closure says in "
            "progress or reason what was done; a later deadline is asked for in the register itself."
        )
        % {"day": today.isoformat()},
        _(
            "4. Rows may be filtered, and the file saved by Excel, WPS or LibreOffice (as .xlsx). Do not add or copy "
            "rows: a row without its hidden key is not read. Comments and pictures count only where whoever takes the "
            "workbook in takes them over: write what matters into the cells, and add evidence in the register itself."
        ),
    ]
    if return_instructions.return_by and return_instructions.send_to:
        lines.append(
            _("5. Please send it back by %(day)s to: %(who)s.")
            % {"day": return_instructions.return_by.isoformat(), "who": return_instructions.send_to}
        )
    elif return_instructions.return_by:
        lines.append(_("5. Please send it back by %(day)s.") % {"day": return_instructions.return_by.isoformat()})
    elif return_instructions.send_to:
        lines.append(_("5. Please send it back to: %(who)s.") % {"who": return_instructions.send_to})
    return lines


def _style_row(sheet: Worksheet, row: int) -> list[Cell]:
    """Set the styles of a row's cells, shared with other rows, for making one is slow."""
    cells = []
    for index, (key, column) in enumerate(COLUMNS.items(), start=1):
        is_open = key in OPEN_COLUMNS
        cell = sheet.cell(row, index)
        cell.font = Font(**SONG, size=_SIZE)
        cell.border = _BORDER
        cell.fill = _OPEN_FILL if is_open else _LOCKED_FILL
        cell.alignment = Alignment(horizontal="center" if column.is_centred else "left", vertical="top", wrap_text=True)
        cell.protection = Protection(locked=not is_open)
        if is_open:
            # What is typed stays as it is typed: no text becomes a number or a formula.
            cell.number_format = DATE_FORMAT if column.kind is CellKind.DATE else TEXT_FORMAT
        cells.append(cell)
    return cells


def _write_row(sheet: Worksheet, row: int, styles: Sequence[StyleArray], task: Task, department: Department) -> None:
    height, digests = _MIN_ROW_HEIGHT, []
    for index, (key, column) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(row, index)
        cell._style = copy(styles[index - 1])
        if key in OPEN_COLUMNS:
            continue
        value = column.value(task)
        write_cell(cell, value, column.kind)
        text = "" if value is None else str(value)
        digests.append(digest(text))
        height = max(height, text_height(clean_text(text), column.width, _SIZE))
    sheet.row_dimensions[row].height = min(height, MAX_ROW_HEIGHT)
    row_key = RowKey(task.pk, task.version, department.pk, to_microseconds(task.entered_at), tuple(digests))
    write_cell(sheet.cell(row, len(COLUMNS) + 1), format_row_key(row_key))


# --- what the sheet itself checks -------------------------------------------------------------------


def _add_validations(sheet: Worksheet, first_row: int, department: Department, tasks: Sequence[Task]) -> None:
    """Add validation rules to the sheet: one for all rows with the same choices."""
    letters = {key: get_column_letter(index) for index, key in enumerate(COLUMNS, start=1)}
    rules: dict[tuple, DataValidation] = {}
    for row, task in enumerate(tasks, start=first_row):
        labels = tuple(str(status.label) for status in allowed_statuses(task, department.pk, task.day_status))
        if labels not in rules:
            rules[labels] = _rule(
                _("Not one of the list"),
                _("Choose from the list, or leave the cell empty to keep the present status."),
                type="list",
                formula1='"{}"'.format(",".join(labels)),
            )
        rules[labels].add(f"{letters[WorkbookColumn.NEW_STATUS]}{row}")
        issued_on = task.suggestion.meeting.issued_on
        if (issued_on,) not in rules:
            rules[(issued_on,)] = _rule(
                _("Not such a day"),
                _("Write a day from %(issued)s, when the minutes were issued, until today, such as 2024-05-31.")
                % {"issued": issued_on.isoformat()},
                type="date",
                operator="between",
                formula1=str(int(to_excel(issued_on))),
                formula2="TODAY()",
            )
        rules[(issued_on,)].add(f"{letters[WorkbookColumn.DAY]}{row}")
    texts = _rule(
        _("Too long"),
        _("At most %(most)d characters.") % {"most": MAX_TEXT_LENGTH},
        type="textLength",
        operator="lessThanOrEqual",
        formula1=str(MAX_TEXT_LENGTH),
    )
    last_row = first_row + len(tasks) - 1
    for key in (WorkbookColumn.PROGRESS, WorkbookColumn.REASON):
        texts.add(f"{letters[key]}{first_row}:{letters[key]}{last_row}")
    for rule in (*rules.values(), texts):
        sheet.add_data_validation(rule)


def _rule(title: str, message: str, **options: str) -> DataValidation:
    return DataValidation(allow_blank=True, showErrorMessage=True, errorTitle=title, error=message, **options)

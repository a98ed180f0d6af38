"""What libraries that write workbooks cost: `python bench_writers.py [ROWS]`, beside one another and in turn.

XlsxWriter and rustpy-xlsxwriter are no part of the product: they are installed into an environment of their own, with
openpyxl (BENCHMARKS.md).
"""

from __future__ import annotations

import datetime
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COLUMNS, ROUNDS = 22, 5
DAY = datetime.date(2024, 3, 1)
TEXT = "加强认可新制度、重点领域与关键技术的研究，定期向执行委员会报告进展。"


def rows(number: int) -> Iterator[list[Any]]:
    """Yield rows as the register has them: texts, numbers and days, some of them again and again."""
    for row in range(number):
        yield [f"{TEXT}{row}", row, DAY, *(f"第{row % 50}项" if column % 3 else TEXT for column in range(COLUMNS - 3))]


def by_openpyxl(path: Path, number: int) -> None:
    """Write plain cells by openpyxl's write-only sheet: the yardstick."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows(number):
        sheet.append(row)
    book.save(path)


def by_openpyxl_with_styles(path: Path, number: int) -> None:
    """Write wrapped cells with borders, and the height of each row."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Side

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    side = Side(style="thin")
    border, wrapped = Border(left=side, right=side, top=side, bottom=side), Alignment(wrap_text=True)
    for at, row in enumerate(rows(number), start=1):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.border, cell.alignment = border, wrapped
        sheet.row_dimensions[at].height = 45
        sheet.append(cells)
    book.save(path)


def by_xlsxwriter(path: Path, number: int) -> None:
    """Write the same by XlsxWriter with constant memory."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    wrapped = book.add_format({"border": 1, "text_wrap": True})
    of_day = book.add_format({"border": 1, "text_wrap": True, "num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows(number)):
        sheet.set_row(at, 45)
        for column, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write_datetime(at, column, value, of_day)
            else:
                sheet.write(at, column, value, wrapped)
    book.close()


def by_rustpy(path: Path, number: int) -> None:
    """Write plain cells by rustpy-xlsxwriter, which has neither styles nor heights of single rows."""
    import rustpy_xlsxwriter

    records = [{f"c{column}": value for column, value in enumerate(row)} for row in rows(number)]
    rustpy_xlsxwriter.write_worksheet(records, str(path))


WRITERS = {writer.__name__: writer for writer in (by_openpyxl, by_openpyxl_with_styles, by_xlsxwriter, by_rustpy)}


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    spent: dict[str, list[float]] = {name: [] for name in WRITERS}
    memory: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _round in range(ROUNDS):
            for name in WRITERS:
                command = [sys.executable, __file__, str(number), name, f"{folder}/{name}.xlsx"]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds, kilobytes = done.stdout.split()
                spent[name].append(float(seconds))
                memory[name] = int(kilobytes) // 1024
    yardstick = statistics.median(spent["by_openpyxl"])
    for name, seconds_of_rounds in spent.items():
        median = statistics.median(seconds_of_rounds)
        print(f"{name}: {median:.2f} s, {median / yardstick:.2f} of openpyxl write-only, {memory[name]} MB")


def write_once() -> None:
    """Write one workbook, and print the processor time and the most memory that this process took."""
    WRITERS[sys.argv[2]](Path(sys.argv[3]), int(sys.argv[1]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss)


if __name__ == "__main__":
    write_once() if len(sys.argv) > 2 else main()

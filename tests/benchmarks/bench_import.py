"""What it costs to read long tables of every format: processor time and memory.

Run it: ``python -m tests.benchmarks.bench_import [ROWS …]``. Each file is read as an upload is, by the sandbox's
process from its start to its end; beside it stands the ratio to a yardstick of the same run, openpyxl going over the
cells of the .xlsx in a process of its own. Nothing is asserted: a test that measures time fails on a busy machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

settings.configure(USE_I18N=False)

from tests.minutes.document_builders import PdfTable, docx_bytes, pdf_bytes, tabbed, tbl, xlsx_bytes  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
HEADS = ("序号", "重点工作", "意见建议", "工作任务", "责任单位", "分管领导", "完成时限", "建议来源", "备注")
SUGGESTION = "建议第{0}项工作加大力度，持续提升服务水平，推动形成长效机制。"
TASK = "制定第{0}项工作方案，明确目标任务和责任分工，组织实施并按季度报告进展情况。"
WIDTHS = (30, 60, 150, 190, 70, 50, 80, 70, 40)
ROWS_A_PAGE = 12
YARDSTICK = (
    "import openpyxl, sys; book = openpyxl.load_workbook(sys.argv[1], read_only=True); "
    "print(sum(cell is not None for row in book.active.iter_rows(values_only=True) for cell in row))"
)


def rows(count: int) -> list[tuple[str, ...]]:
    return [
        (
            *(str(at), f"第{at // 10 + 1}类", SUGGESTION.format(at), TASK.format(at)),
            *("办公室、财务部", "王芳", "2026年12月底前", "理事 李明", ""),
        )
        for at in range(1, count + 1)
    ]


def pdf(table: Sequence[Sequence[str]]) -> bytes:
    """The rows as pages of a ruled table, texts broken as their columns are wide."""

    def broken(text: str, width: int) -> str:
        length = (width - 8) // 9
        return "\n".join(text[at : at + length] for at in range(0, len(text), length))

    printed = [[broken(text, width) for text, width in zip(row, WIDTHS, strict=True)] for row in table]
    parts = [printed[at : at + ROWS_A_PAGE] for at in range(0, len(printed), ROWS_A_PAGE)]
    return pdf_bytes([[PdfTable(WIDTHS, [HEADS, *part])] for part in parts])


FORMATS: dict[str, tuple[Callable[[list[tuple[str, ...]]], bytes], int]] = {
    ".xlsx": (lambda table: xlsx_bytes([HEADS, *table]), 5_000),
    ".docx": (lambda table: docx_bytes(tbl([HEADS, *table])), 5_000),
    ".txt": (lambda table: tabbed(HEADS, *table).encode(), 5_000),
    ".pdf": (pdf, 1_000),
}


def measure(command: Sequence[str], given: bytes = b"") -> tuple[float, int]:
    """Seconds of processor time and megabytes at most of a process."""
    with tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main(*counts: str) -> None:
    reader = [sys.executable, "-m", "meetings.minutes.sandbox_worker", "minutes", "600"]
    options = b'{"known": {"departments": [], "people": []}, "layout": null}\n'
    for count in map(int, counts or ("1000", "4900")):
        table = rows(count)
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as book:
            book.write(FORMATS[".xlsx"][0](table))
            book.flush()
            yardstick, _ = measure([sys.executable, "-c", YARDSTICK, book.name])
        print(f"{count} rows; openpyxl over the cells of the .xlsx: {yardstick:.2f} s")
        for name, (make, most) in FORMATS.items():
            if count <= most:
                seconds, megabytes = measure(reader, options + make(table))
                print(f"  {name:6} {seconds:6.2f} s  {seconds / yardstick:5.1f} times that  {megabytes:4d} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])

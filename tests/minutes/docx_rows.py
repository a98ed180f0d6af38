"""A table of tasks in Word, row by row."""

from __future__ import annotations

from .document_builders import HEADS, docx_bytes, tbl
from .parsed import minutes


def row(
    number="1",
    aspect="宣传",
    suggestion="建议一。",
    task="任务一。",
    department="办公室",
    leader="王芳",
    deadline="2024.12",
    source="理事 李明",
    remarks="",
):
    return [number, aspect, suggestion, task, department, leader, deadline, source, remarks]


def read_table(*rows, **more):
    return minutes(docx_bytes(tbl([HEADS, *rows]), **more))

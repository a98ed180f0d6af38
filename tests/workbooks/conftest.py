"""A workbook as it is sent out, and a way of reading it when it comes back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from meetings.core.converter import converter
from meetings.minutes.documents.sheets import Sheet, read_sheets
from meetings.models import DepartmentRole, Task
from meetings.workbooks.export import write_workbook
from meetings.workbooks.parser import ParsedWorkbook, parse_workbook
from tests import factories

from .parsed_workbooks import TEXTS


@pytest.fixture
def tasks() -> list[Task]:
    of = factories.suggestion()
    department = factories.department()
    supporting = (factories.department("国际部"), DepartmentRole.SUPPORTING)
    return [
        factories.task(of, text=text, departments=[(department, DepartmentRole.RESPONSIBLE), supporting])
        for text in TEXTS
    ]


@pytest.fixture
def content(tasks) -> bytes:
    """The workbook of 技术部, as it is sent out."""
    buffer = io.BytesIO()
    today = timezone.localdate()
    write_workbook(buffer, departments=[factories.department()], tasks=Task.objects.on(today), today=today)
    return buffer.getvalue()


def as_json(value: Any, cls: Any) -> Any:
    return converter.structure(json.loads(json.dumps(converter.unstructure(value))), cls)


@pytest.fixture
def read() -> Callable[[bytes], ParsedWorkbook]:
    """Read a workbook as the page does: through the other process's JSON, and the database's."""

    def read(content: bytes) -> ParsedWorkbook:
        found = parse_workbook(as_json(read_sheets(content), tuple[Sheet, ...]))
        return as_json(found, ParsedWorkbook)

    return read

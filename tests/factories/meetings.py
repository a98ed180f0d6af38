"""Meetings, their suggestions and deadlines, and what is handed in about them."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Sequence
from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.models import (
    Account,
    Aspect,
    Batch,
    DocumentFormat,
    Meeting,
    MinutesDocument,
    Person,
    Suggestion,
    SuggestionSource,
    WorkbookState,
    WorkbookUpload,
)

# Not as low as the numbers of real notices.
_numbers = count(1001)


# --- meetings and suggestions -------------------------------------------------------------------


def meeting(issued_on: datetime.date = datetime.date(2023, 11, 8), **fields: Any) -> Meeting:
    """Make a meeting whose minutes were issued on ``issued_on``."""
    number = next(_numbers)
    defaults = {
        "title": f"认可委员会第{number}次会议",
        "body": "认可委员会",
        "document_number": f"认可委（秘）〔{issued_on.year}〕{number}号",
        "held_on": issued_on - datetime.timedelta(days=30),
        "place": "北京",
    }
    return Meeting.objects.create(issued_on=issued_on, **{**defaults, **fields})


def suggestion(
    of: Meeting | None = None,
    *,
    aspect: str = "强化认可服务",
    sources: Sequence[tuple[Person, str]] = (),
    **fields: Any,
) -> Suggestion:
    """Make the next suggestion of a meeting; ``sources`` are pairs of person and capacity in printed order."""
    of = of or meeting()
    position = of.suggestions.count() + 1
    row, _made = Aspect.objects.get_or_create(meeting=of, title=aspect, defaults={"position": of.aspects.count() + 1})
    defaults = {"position": position, "number": position, "text": f"建议进一步完善第{position}项工作。"}
    made = Suggestion.objects.create(meeting=of, aspect=row, **{**defaults, **fields})
    SuggestionSource.objects.bulk_create(
        SuggestionSource(suggestion=made, person=who, capacity=capacity, position=place)
        for place, (who, capacity) in enumerate(sources, start=1)
    )
    return made


def minutes_document(by: Account | None, *, meeting: Meeting | None = None, **fields: Any) -> MinutesDocument:
    """Keep a small text as the draft of ``by``, or as the file that ``meeting`` was made of."""
    content = b"No."
    defaults = {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "format": DocumentFormat.TEXT,
        "original_name": "纪要.txt",
        "uploaded_by": by,
        "meeting": meeting,
        "accepted_at": timezone.now() if meeting else None,
    }
    made = MinutesDocument(**{**defaults, **fields})
    made.file.save("", ContentFile(content), save=False)
    made.save()
    return made


def fill_in_upload(by: Account, *, batch: Batch | None = None, **fields: Any) -> WorkbookUpload:
    """Keep a workbook in which nothing is new as handed in by ``by``; with a ``batch`` it is accepted."""
    content = b"PK"
    defaults = {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "original_name": "填报表.xlsx",
        "content": {"rows": [], "notices": []},
        "state": WorkbookState.ACCEPTED if batch else WorkbookState.WAITING,
    }
    made = WorkbookUpload(uploaded_by=by, batch=batch, **{**defaults, **fields})
    made.file.save("", ContentFile(content), save=False)
    made.save()
    return made


# --- deadlines ----------------------------------------------------------------------------------


def dated(day: datetime.date, *, text: str | None = None, precision: Precision = Precision.DAY) -> Deadline:
    """Return a deadline that falls due on ``day``."""
    return Deadline(text or day.isoformat(), DeadlineKind.DATED, day, precision)


def deadline(text: str) -> Deadline:
    """Return the deadline a simple ``text`` means: 2023.12, 2023-12-15, 每月, 双周, 下次会议, 待定, or else ongoing.

    A small reading of its own, so that a fault of `meetings.deadlines` shows in its own tests and not in all.
    """
    if match := re.fullmatch(r"(\d{4})\.(\d{1,2})", text):
        year, month = int(match[1]), int(match[2])
        return dated(datetime.date(year, month, monthrange(year, month)[1]), text=text, precision=Precision.MONTH)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dated(datetime.date.fromisoformat(text))
    if text in ("每月", "每季度"):
        return Deadline(text, DeadlineKind.RECURRING, review_months={"每月": 1, "每季度": 3}[text])
    if text in ("每周", "双周", "每半月"):
        return Deadline(text, DeadlineKind.RECURRING, review_days={"每周": 7, "双周": 14, "每半月": 15}[text])
    if text == "下次会议":
        return Deadline(text, DeadlineKind.NEXT_MEETING)
    return Deadline(text, DeadlineKind.UNDECIDED if text == "待定" else DeadlineKind.ONGOING)

"""Hold the register of DATABASE_URL against what the writers know: reads the journal, prints what is wrong, as JSON."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import django

MARK = re.compile(r"<\d+-\d+>")
MINUTES = ("hand in minutes", "accept minutes")
SECONDS_TO_DRAIN = 240


def main() -> None:
    django.setup()
    from meetings.models import SentMail

    writes = json.load(sys.stdin)
    finish_jobs()
    settled = settle_what_was_left()
    violations = [*check_marks(writes), *check_minutes(writes), *check_mailings(), *verify()]
    facts = count_facts(writes) | {"files of killed processes removed": settled}
    sent = dict(SentMail.objects.values_list("message_id", "mailing__attempts"))
    print(json.dumps({"violations": violations, "facts": facts, "sent": sent}))


def finish_jobs() -> None:
    """Run every job that waits, however late, and what the daily timer sends."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    from meetings.jobs.worker import Worker
    from meetings.notifications.delivery import send_reminders

    until = time.monotonic() + SECONDS_TO_DRAIN
    while time.monotonic() < until and DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).exists():
        Worker().run_ready()
        time.sleep(1)
    send_reminders(timezone.localdate())


def settle_what_was_left() -> int:
    """Let hours pass for every file, and do what the worker does then."""
    from django.conf import settings

    from meetings.storage.files import settle_files

    for folder, _folders, files in os.walk(settings.MEDIA_ROOT):
        for file in files:
            os.utime(os.path.join(folder, file), (time.time() - 3 * 3600,) * 2)
    return len(settle_files())


def check_marks(writes: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what was lost or doubled, what was refused and is stored, and entries without what they tell of.

    That the tasks stand as their entries say is `verify`'s.
    """
    from meetings.models import TaskLog

    notes = TaskLog.objects.values_list("task", "kind", "note")
    entries = Counter((mark, task, kind) for task, kind, note in notes for mark in MARK.findall(note))
    for (mark, task, kind), number in entries.items():
        if number > 1:
            yield f"{mark}: task {task} has {number} entries ({kind})"
    stored = {mark for mark, _task, _kind in entries}
    told = what_entries_tell_of()
    for write in writes:
        mark, kind, outcome = write["mark"], write["kind"], write["outcome"]
        if kind in MINUTES:
            continue
        if outcome == "acknowledged" and mark not in stored:
            yield f"{mark}: {kind} was acknowledged and is lost"
        if outcome == "refused" and mark in stored:
            yield f"{mark}: {kind} was refused and is stored"
        if kind in told and told[kind][mark] != (mark in stored):
            yield f"{mark}: {kind} left {told[kind][mark]} rows beside {int(mark in stored)} entries"


def what_entries_tell_of() -> dict[str, Counter[str]]:
    """Return how many rows stand beside the entry of each mark, by the kind of save."""
    from meetings.models import Evidence, ExtensionRequest, Instruction, Mailing

    files = Evidence.objects.values_list("entry__note", flat=True)
    mails = Mailing.objects.filter(kind="reminder").values_list("entry__note", "entry").order_by().distinct()
    rows = {
        "add-evidence": files,
        "request-closure": files,
        "ask-extension": ExtensionRequest.objects.values_list("reason", flat=True),
        "instruct": Instruction.objects.values_list("text", flat=True),
        "remind": [note for note, _entry in mails],
    }
    return {kind: Counter(mark for text in texts for mark in MARK.findall(text)) for kind, texts in rows.items()}


def check_minutes(writes: list[dict[str, Any]]) -> Iterator[str]:
    """Yield which minutes were lost or entered twice."""
    from meetings.models import Meeting, MinutesDocument, Task

    documents = Counter(MinutesDocument.objects.values_list("original_name", flat=True))
    meetings = Counter(Meeting.objects.values_list("breakdown_title", flat=True))
    tasks = Counter(Task.objects.values_list("text", flat=True))
    for write in writes:
        name = write["mark"][1:-1]
        numbers = {
            "hand in minutes": [documents[f"{name}.docx"]],
            "accept minutes": [meetings[f"第{name}次会议纪要任务分解表"], tasks[f"任务{name}"]],
        }.get(write["kind"], [])
        allowed = {"acknowledged": (1,), "refused": (0,), "unknown": (0, 1)}[write["outcome"]]
        if any(number not in allowed for number in numbers) or len(set(numbers)) > 1:
            yield f"{write['mark']}: {write['kind']} was {write['outcome']}, and is there {numbers} times"


def check_mailings() -> Iterator[str]:
    """Yield mails of committed entries that nobody has sent."""
    from meetings.models import Mailing

    for mailing in Mailing.objects.exclude(state="sent").exclude(state="superseded"):
        yield f"mail {mailing.pk} is {mailing.state}"


def check_mails(sent: Mapping[str, int], taken: Mapping[str, int]) -> Iterator[str]:
    """Yield mails that nobody asked for, never came, or came more often than they were tried.

    ``sent`` are the attempts of those marked as sent, by their Message-ID; ``taken`` what the mail server has taken.
    """
    for message, number in taken.items():
        if message not in sent:
            yield f"the mail {message} was sent, and no entry asked for it"
        elif number > sent[message]:
            yield f"the mail {message} came {number} times, in {sent[message]} attempts"
    yield from (f"the mail {message} is marked as sent, and never came" for message in sent if message not in taken)


def verify() -> Iterator[str]:
    """Yield what `verify_register` tells."""
    from django.utils.translation import override

    from meetings.operations.verification import check_files, check_logs, check_schema

    with override("en"):
        yield from chain(check_schema(), check_logs(), check_files())


def count_facts(writes: list[dict[str, Any]]) -> dict[str, int]:
    """Return what the round came to."""
    from meetings.models import Evidence, Meeting, TaskLog

    stored = {mark for note in TaskLog.objects.values_list("note", flat=True) for mark in MARK.findall(note)}
    unknown = {write["mark"] for write in writes if write["outcome"] == "unknown" and write["kind"] not in MINUTES}
    return {
        "log entries": TaskLog.objects.count(),
        "files of evidence": Evidence.objects.count(),
        "meetings imported": Meeting.objects.count() - 1,
        "saves of unknown outcome that are stored": len(unknown & stored),
    }


if __name__ == "__main__":
    main()

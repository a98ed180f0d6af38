"""`parse_deadline TEXT…`: what printed deadlines mean, a line of JSON each."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.deadlines import Deadline, read_deadline
from meetings.display.deadline_messages import deadline_problem_message
from meetings.management.base import RegisterCommand, parse_day_option


class Command(RegisterCommand):
    help = "Print what each TEXT means as a deadline, a line of JSON each, in order. Reads and writes no register."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("texts", metavar="TEXT", nargs="*", help="a deadline as printed")
        parser.add_argument("--issued-on", metavar="DATE", help="the document's issue day, such as 2023-11-08")
        parser.add_argument("--held-on", metavar="DATE", help="the meeting's day, such as 2023-09-27")

    def handle(self, *, texts: list[str], issued_on: str | None, held_on: str | None, **options: Any) -> None:
        issue_day, meeting_day = (
            None if text is None else parse_day_option(option, text, may_be_to_come=True)
            for option, text in (("--issued-on", issued_on), ("--held-on", held_on))
        )
        if not texts:
            raise CommandError(_("TEXT: give at least one deadline to read."))
        for text in texts:
            reading = read_deadline(text, issued_on=issue_day, held_on=meeting_day)
            line = _to_json(reading.deadline) | {
                "milestones": [_to_json(milestone) for milestone in reading.milestones],
                "problem": deadline_problem_message(reading.problem) if reading.problem else None,
            }
            self.stdout.write(json.dumps(line, ensure_ascii=False))


def _to_json(deadline: Deadline) -> dict[str, str | None]:
    return {
        "text": deadline.text,
        "kind": deadline.kind,
        "due_date": deadline.due_date.isoformat() if deadline.due_date else None,
        "precision": deadline.precision,
    }

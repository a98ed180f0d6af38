"""`doctor`: what is wrong with the installation."""

from collections import Counter
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _, ngettext

from meetings.management.base import RegisterCommand
from meetings.operations.diagnosis import Level, diagnose

_MARKS = {Level.FINE: "✓", Level.NOTE: "·", Level.WRONG: "✗"}
# What GBK, the character set of older consoles, has in their place.
_GBK_MARKS = {Level.FINE: "√", Level.NOTE: "·", Level.WRONG: "×"}


class Command(RegisterCommand):
    help = (
        "Say what is wrong with settings, database, files, mail, worker, nights, disk, clock, programs; change nothing."
    )
    # It says what they say, with the rest.
    requires_system_checks: Any = []

    def handle(self, **options: Any) -> None:
        encoding = str(self.stdout.encoding or "utf-8")
        marks = _MARKS if encoding.lower().startswith("utf") else _GBK_MARKS
        numbers = Counter[Level]()
        for name, finding in diagnose():
            numbers[finding.level] += 1
            words = {"mark": marks[finding.level], "part": name, "sentence": finding.sentence}
            self.stdout.write(_("%(mark)s %(part)s: %(sentence)s") % words)
        if number := numbers[Level.WRONG]:
            raise CommandError(
                ngettext("%(number)s thing is wrong.", "%(number)s things are wrong.", number) % {"number": number}
            )

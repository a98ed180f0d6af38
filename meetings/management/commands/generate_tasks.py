"""`generate_tasks N`: a made-up register, for benchmarks."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.devtools.synthetic import generate
from meetings.management.base import RegisterCommand
from meetings.models import Meeting, Task

MAX_TASKS = 1_000_000


class Command(RegisterCommand):
    help = "Add N made-up tasks, with their meetings and histories, to the register; the same seed makes up the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", metavar="N", help="how many tasks")
        parser.add_argument("--seed", default="1", help="a whole number; another one makes up another register")

    def handle(self, *, count: str, seed: str, **options: Any) -> None:
        number, start = _parse_whole_number("N", count), _parse_whole_number("--seed", seed)
        if not 1 <= number <= MAX_TASKS:
            raise CommandError(
                _("N: %(value)s tasks cannot be made; choose from 1 to %(most)s.")
                % {"value": number, "most": MAX_TASKS}
            )
        meetings = Meeting.objects.count()
        generate(number, seed=start)
        self.stdout.write(
            _("Made-up tasks added: %(tasks)s; meetings: %(meetings)s; tasks in the register now: %(all)s.")
            % {"tasks": number, "meetings": Meeting.objects.count() - meetings, "all": Task.objects.count()}
        )


def _parse_whole_number(name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise CommandError(_("%(name)s: “%(value)s” is not a whole number.") % {"name": name, "value": value}) from None

"""`generate_tasks N`: a made-up register, for benchmarks."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from meetings.devtools.synthetic import generate
from meetings.management.base import RegisterCommand
from meetings.models import Meeting, Task

MAX_TASKS = 1_000_000


class Command(RegisterCommand):
    help = "Add N made-up tasks, with their meetings and histories, to the register; the same seed makes up the same."

    def add_arguments(self, parser):
        parser.add_argument("count", metavar="N", help="how many tasks")
        parser.add_argument("--seed", default="1", help="a whole number; another one makes up another register")

    def handle(self, *, count, seed, **options):
        count, seed = _parse_whole_number("N", count), _parse_whole_number("--seed", seed)
        if not 1 <= count <= MAX_TASKS:
            raise CommandError(
                _("N: %(value)s tasks cannot be made; choose from 1 to %(most)s.") % {"value": count, "most": MAX_TASKS}
            )
        meetings = Meeting.objects.count()
        generate(count, seed=seed)
        self.stdout.write(
            _("Made-up tasks added: %(tasks)s; meetings: %(meetings)s; tasks in the register now: %(all)s.")
            % {"tasks": count, "meetings": Meeting.objects.count() - meetings, "all": Task.objects.count()}
        )


def _parse_whole_number(name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise CommandError(_("%(name)s: “%(value)s” is not a whole number.") % {"name": name, "value": value}) from None

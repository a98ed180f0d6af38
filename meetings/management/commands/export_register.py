"""`export_register FILE`: the register, or a part of it, a task a line."""

import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.exports.register import write_register_csv, write_register_workbook
from meetings.management.base import ExportCommand, add_day_options, parse_day_options
from meetings.models import Task, day_of_knowledge
from meetings.models.task import TaskQuerySet
from meetings.tasks.exports import filter_and_sort_tasks
from meetings.tasks.filters import InvalidParameterError


class Command(ExportCommand):
    help = "Write the register to FILE, a task a line: a workbook or a CSV by its ending."
    writers = {".xlsx": write_register_workbook, ".csv": write_register_csv}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .xlsx or .csv to write; one that is there is replaced")
        add_day_options(parser)
        parser.add_argument(
            "--query", metavar="QUERY", default="", help="the part after the ? in the address of the list of tasks"
        )

    def handle(self, *, file: str, query: str, **options: Any) -> None:
        write = self.get_writer(file)
        params = QueryDict(query.removeprefix("?"))
        days = {name: _requested_day(name, options[name], params) for name in (AS_OF, KNOWN_ON)}
        day, known = parse_day_options(**days)
        with day_of_knowledge.known_on(known):
            tasks = _filter_and_sort_tasks(params, day)
            # The heads are a contract with those who read the file by script, whatever LANGUAGE_CODE is.
            with translation.override("zh-hans"):
                self.write_file(file, lambda output: write(output, tasks, day))


def _requested_day(name: str, given: str | None, params: QueryDict) -> str | None:
    """Return the day that the option or the query names; raises CommandError for two."""
    in_query = params.get(name)
    if given and in_query and given != in_query:
        option = f"--{name.replace('_', '-')}"
        problem = _("the query asks for another day, “%(value)s”. Leave one of them out.") % {"value": in_query}
        raise CommandError(_("%(option)s: %(problem)s") % {"option": option, "problem": problem})
    return in_query if given is None and in_query else given


def _filter_and_sort_tasks(params: QueryDict, day: datetime.date) -> TaskQuerySet:
    """Return the tasks of the list for ``params``, in its order; raises CommandError."""
    try:
        return filter_and_sort_tasks(params, Task.objects.on(day), day)
    except InvalidParameterError as error:
        raise CommandError(_("%(option)s: %(problem)s") % {"option": "--query", "problem": error}) from None

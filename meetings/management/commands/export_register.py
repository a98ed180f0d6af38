"""`export_register FILE`: the register, or a part of it, a task a line."""

import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from meetings.core.as_of import AS_OF
from meetings.exports.register import write_register_csv, write_register_workbook
from meetings.management.base import ExportCommand, parse_day_option
from meetings.models import Task
from meetings.models.task import TaskQuerySet
from meetings.tasks.exports import filter_and_sort_tasks
from meetings.tasks.filters import InvalidParameterError


class Command(ExportCommand):
    help = "Write the register to FILE, a task a line: a workbook or a CSV by its ending."
    writers = {".xlsx": write_register_workbook, ".csv": write_register_csv}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a .xlsx or .csv to write; one that is there is replaced")
        parser.add_argument("--as-of", metavar="DATE", help="as the register stood at the end of this day (2023-12-31)")
        parser.add_argument(
            "--query", metavar="QUERY", default="", help="the part after the ? in the address of the list of tasks"
        )

    def handle(self, *, file: str, as_of: str | None, query: str, **options: Any) -> None:
        write = self.get_writer(file)
        params = QueryDict(query.removeprefix("?"))
        day = _parse_requested_day(as_of, params)
        tasks = _filter_and_sort_tasks(params, day)
        # The heads are a contract with those who read the file by script, whatever LANGUAGE_CODE is.
        with translation.override("zh-hans"):
            self.write_file(file, lambda output: write(output, tasks, day))


def _parse_requested_day(as_of: str | None, params: QueryDict) -> datetime.date:
    """Return the day of ``--as-of`` or of the query; raises CommandError."""
    in_query = params.get(AS_OF)
    if as_of and in_query and as_of != in_query:
        raise CommandError(
            _("--as-of: the query asks for another day, “%(value)s”. Leave one of them out.") % {"value": in_query}
        )
    if as_of is None and in_query:
        return parse_day_option("--query", in_query)
    return parse_day_option("--as-of", as_of)


def _filter_and_sort_tasks(params: QueryDict, day: datetime.date) -> TaskQuerySet:
    """Return the tasks of the list for ``params``, in its order; raises CommandError."""
    try:
        return filter_and_sort_tasks(params, Task.objects.on(day), day)
    except InvalidParameterError as error:
        raise CommandError(_("%(option)s: %(problem)s") % {"option": "--query", "problem": error}) from None

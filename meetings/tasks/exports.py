"""The list of tasks as a file: exactly its rows, sorted as in the list."""

import datetime
from collections.abc import Sequence
from functools import partial

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.core.as_of import KNOWN_ON, parse_known_on
from meetings.exports.register import COLUMNS, write_register_csv, write_register_workbook
from meetings.exports.task_columns import columns_of_list
from meetings.jobs import job
from meetings.jobs.files import write_file
from meetings.models import Account
from meetings.models.day_of_knowledge import known_on
from meetings.models.task import TaskQuerySet

from .filters import InvalidParameterError, filter_tasks
from .tables import TaskTable, parse_columns


def filter_and_sort_tasks(params: QueryDict, tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    """Return those of ``tasks`` that the list for ``params`` has, in its order.

    Raises InvalidParameterError.
    """
    sorting, sorting_errors = TaskTable.parse_sorting(params)
    _columns, column_errors = parse_columns(params)
    if sorting_errors or column_errors:
        raise InvalidParameterError([*sorting_errors, *column_errors])
    tasks, order = TaskTable.order_of(tasks, day, sorting)
    return order.sort(filter_tasks(params, tasks, day))


@job(gettext_lazy("Write the list of tasks as a file"))
def write_list(
    *, key: str, asked_by: int, language: str, name: str, row_count: int, query: str, day: str, columns: Sequence[str]
) -> None:
    """Write the file of a list, with ``columns`` of it or all of the register."""
    account, params = Account.objects.get(pk=asked_by), QueryDict(query)
    as_of, known = parse_known_on(params.get(KNOWN_ON), day)
    chosen = columns_of_list(columns) if columns else COLUMNS
    with known_on(known):
        # Inside the context, because the queries depend on the day of knowledge.
        tasks = filter_and_sort_tasks(params, permissions.readable_tasks(account, as_of), as_of)
        write = write_register_csv if name.endswith(".csv") else partial(write_register_workbook, is_to_print=True)
        write_file(key, language, lambda file: write(file, tasks, as_of, chosen))

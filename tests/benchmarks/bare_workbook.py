"""The floor of the export: `python -m tests.benchmarks.bare_workbook FILE [MOST]` writes the same by openpyxl alone."""

import sys

import django
from openpyxl import Workbook


def main(name: str, most: int | None = None) -> None:
    """Write the register of today, a task a row, with as many columns as the export has."""
    django.setup()
    from meetings.models import TaskState

    states = TaskState.objects.filter(until=None).order_by("task_id")
    states = states.select_related("task__suggestion__meeting", "task__suggestion__aspect", "last_report")
    states = states.prefetch_related("task__departments", "task__leaders", "task__suggestion__sources")
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for state in states[:most].iterator(chunk_size=1000):
        task, suggestion = state.task, state.task.suggestion
        departments = "、".join(department.name for department in task.departments.all())
        sheet.append(
            [
                *(suggestion.meeting.title, suggestion.meeting.document_number, suggestion.meeting.issued_on),
                *(suggestion.number, suggestion.aspect and suggestion.aspect.title, suggestion.text),
                "、".join(person.name for person in suggestion.sources.all()),
                *(task.number, task.text, task.remarks, departments, departments),
                "、".join(person.name for person in task.leaders.all()),
                *(state.get_status_display(), state.deadline_text, state.next_due, state.next_review, state.closed_on),
                *(task.original_deadline_text, state.extension_count),
                *((state.last_report.effective_on, state.last_report.note) if state.last_report else ("", "")),
            ]
        )
    book.save(name)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

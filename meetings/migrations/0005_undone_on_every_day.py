"""What was undone counts on no day: make the intervals of the tasks concerned anew.

Until now such a task stood on the days before the undoing as it was shown then. As it stands now, and so the columns
of Task, are right already. The code is that of `meetings.models.log` at this migration.
"""

import calendar
import datetime
from itertools import groupby

from django.db import migrations

OPEN_STATUSES = ("not_started", "in_progress", "closure_requested")
TASKS_AT_A_TIME = 500


def rebuild_states(apps, schema_editor):
    logs = apps.get_model("meetings", "TaskLog").objects.using(schema_editor.connection.alias)
    states = apps.get_model("meetings", "TaskState").objects.using(schema_editor.connection.alias)
    tasks = list(
        logs.filter(kind="undone", task__joined_into__isnull=True)
        .order_by()
        .values_list("task_id", flat=True)
        .distinct()
    )
    for start in range(0, len(tasks), TASKS_AT_A_TIME):
        some = tasks[start : start + TASKS_AT_A_TIME]
        entries = logs.filter(task_id__in=some).order_by("task_id", "effective_on", "sequence")
        rows = [
            states.model(task_id=task_id, **values)
            for task_id, of_task in groupby(entries, key=lambda entry: entry.task_id)
            for values in replay(list(of_task))
        ]
        states.filter(task_id__in=some).delete()
        states.bulk_create(rows)


def replay(entries):
    """Yield the columns of the intervals that one task's ``entries`` make, in order."""
    undone = {sequence for entry in entries for sequence in undone_by(entry)}
    standing = [entry for entry in entries if entry.sequence not in undone and not undone_by(entry)]
    now = {"extension": {"count": 0, "days": 0}}
    closed_on = report = review_set = columns = None
    for first_day, of_day in groupby(standing, key=lambda entry: entry.effective_on):
        for entry in of_day:
            if entry.is_report:
                report, review_set = entry, None
            now |= {name: change["new"] for name, change in entry.changes.items()}
            if "next_review" in entry.changes:
                review_set = to_day(now["next_review"])
            if "status" in entry.changes:
                closed_on = entry.effective_on if now["status"] == "closed" else None
        if columns is not None:
            yield columns | {"until": first_day}
        dues = [now["deadline"]["due_date"], *(m["due_date"] for m in now["milestones"] if not m.get("met_on"))]
        due = min((to_day(day) for day in dues if day), default=None)
        review = None
        if due is None and now["status"] in OPEN_STATUSES:
            counted_from = report.effective_on if report else standing[0].effective_on
            review = review_set or months_after(counted_from, now["review_interval_months"])
        columns = {
            "since": first_day,
            "status": now["status"],
            "closed_on": closed_on,
            "deadline_text": now["deadline"]["text"],
            "deadline_kind": now["deadline"]["kind"],
            "deadline_precision": now["deadline"]["precision"] or "",
            "due_date": to_day(now["deadline"]["due_date"]),
            "extension_count": now["extension"]["count"],
            "extension_days": now["extension"]["days"],
            "milestones": now["milestones"],
            "review_interval_months": now["review_interval_months"],
            "next_due": due,
            "next_review": review,
            "last_report_id": report and report.pk,
        }
    yield columns


def undone_by(entry):
    return entry.changes["undone"]["new"] if "undone" in entry.changes else []


def to_day(value):
    return datetime.date.fromisoformat(value) if value else None


def months_after(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_manual_drafts")]

    operations = [migrations.RunPython(rebuild_states, migrations.RunPython.noop)]

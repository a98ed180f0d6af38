"""Reviews every so many days: 每周, 双周, 每半月 were read as every month until now.

A task that is open and was entered so gets an entry that says what its rhythm is, effective on the day of the
migration: from that day on its review is due as printed, on the days before it stands as it stood.
"""

import calendar
import datetime
import re
from zoneinfo import ZoneInfo

from django.db import migrations, models
from django.utils import timezone

RHYTHMS = (
    (re.compile(r"双周|隔周|每隔?(?:两|二|2)个?(?:周|星期)|(?:两|二|2)周(?:一|1)"), 14),
    (re.compile(r"每周|每个?星期|[按逐]周|(?:一|1)周(?:一|1)(?:次|报|调度)"), 7),
    (re.compile(r"每半个?月|按半月|半个?月(?:一|1)|每月(?:至少|不少于)?(?:两|二|2)次"), 15),
    (re.compile(r"每旬|[按逐]旬|每月(?:至少|不少于)?(?:三|3)次"), 10),
    (re.compile(r"每个?工作日|每日|每天|[按逐]日"), 1),
)
NOTE = "按印发的时限，应每%d天评估一次；此前系统误按每月评估。"


def record_rhythms(apps, schema_editor):
    alias = schema_editor.connection.alias
    tasks, logs, states = (
        apps.get_model("meetings", name).objects.using(alias) for name in ("Task", "TaskLog", "TaskState")
    )
    now = timezone.now()
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    concerned = tasks.filter(
        joined_into__isnull=True, deadline_kind="recurring", next_review__isnull=False, review_interval_months=1
    )
    for task in concerned.select_related("suggestion__meeting"):
        days = next((days for pattern, days in RHYTHMS if pattern.search(task.deadline_text)), None)
        last = states.filter(task_id=task.pk, until__isnull=True).select_related("last_report").first()
        if days is None or last is None or last.since > today:
            continue
        logs.create(
            task_id=task.pk,
            sequence=task.version + 1,
            kind="review",
            effective_on=today,
            recorded_at=now,
            note=NOTE % days,
            changes={"review_interval_days": {"old": None, "new": days}},
        )
        counted_from = last.last_report.effective_on if last.last_report else task.suggestion.meeting.issued_on
        # A day that staff set holds until the next report.
        is_set = last.next_review != months_after(counted_from, 1)
        next_review = last.next_review if is_set else counted_from + datetime.timedelta(days=days)
        if last.since < today:
            states.filter(pk=last.pk).update(until=today)
            last.pk, last.since = None, today
        last.review_interval_days, last.next_review = days, next_review
        last.save(using=alias)
        tasks.filter(pk=task.pk).update(version=task.version + 1, review_interval_days=days, next_review=next_review)


def months_after(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0005_undone_on_every_day")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="review_interval_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="review interval (days)"),
        ),
        migrations.AddField(
            model_name="taskstate",
            name="review_interval_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="review interval (days)"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("review_interval_days__isnull", True), ("review_interval_days__gte", 1), _connector="OR"
                ),
                name="task_review_interval_days",
            ),
        ),
        migrations.RunPython(record_rhythms, migrations.RunPython.noop),
    ]

"""What each page is held against: the same rows by a bare Django view or by raw SQL, in the same process.

They go through the same middleware, so that what a floor costs is what Django costs; the addresses of the register
are there as well.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import Context, Engine
from django.urls import include, path
from django.utils import timezone

from meetings.core.grams import split_word
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import ANSWERABLE_ROLES, Batch, BatchSource, Role, Task, TaskLog, TaskState
from meetings.models.text_search import INDEXES

PAGE_SIZE = 50
PRINTED_ORDER = (
    "-task__suggestion__meeting__issued_on",
    "-task__suggestion__meeting_id",
    "task__suggestion__position",
    "task__number",
)
LIST = Engine().from_string(
    "<!DOCTYPE html><title>Tasks</title><p>{{ page.paginator.count }}</p><table>{% for row in page %}<tr>"
    "<td>{{ row.task.suggestion.number }} ({{ row.task.number }})<td>{{ row.task.text }}"
    "<br>{{ row.task.suggestion.meeting.title }}"
    "<td>{% for department in row.task.departments.all %}{{ department.name }} {% endfor %}"
    "<td>{% for leader in row.task.leaders.all %}{{ leader.name }} {% endfor %}"
    "<td>{{ row.next_due|date:'Y-m-d' }}<td>{{ row.get_status_display }}<td>{{ row.next_review|date:'Y-m-d' }}"
    "<td>{{ row.last_report.effective_on|date:'Y-m-d' }} {{ row.last_report.note }}</tr>{% endfor %}</table>"
)
TASK = Engine().from_string(
    "<!DOCTYPE html><title>{{ task.text }}</title><p>{{ task.suggestion.meeting.title }} {{ task.suggestion.text }}"
    "<p>{{ task.text }} {{ task.remarks }} {{ task.get_status_display }} {{ task.deadline_text }}"
    "<p>{% for department in task.departments.all %}{{ department.name }} {% endfor %}"
    "<p>{% for leader in task.leaders.all %}{{ leader.name }} {% endfor %}<table>{% for entry in log %}"
    "<tr><td>{{ entry.effective_on|date:'Y-m-d' }}<td>{{ entry.get_kind_display }}<td>{{ entry.actor.display_name }}"
    "<td>{{ entry.department.name }}<td>{{ entry.note }}<td>{{ entry.changes }}</tr>{% endfor %}</table>"
    "<form method=post>{% csrf_token %}<textarea name=note></textarea><button>Save</button></form>"
)

TABLES = Engine().from_string(
    "<!DOCTYPE html><title>Answers</title>{% for rows in answers %}<table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}{% endfor %}</tr>{% endfor %}</table>{% endfor %}"
)


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say how many queries an answer took, where that is asked for: counting costs time, too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "X-Count-Queries" not in request.headers:
            return get_response(request)
        queries = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response["X-Queries"] = str(queries)
        return response

    return middleware


def signed_in(request: HttpRequest) -> HttpResponse:
    """Answer what knows who asks, and nothing else."""
    return HttpResponse(f"<!DOCTYPE html><title>Hello</title><p>{request.user.get_username()}")


def frame(request: HttpRequest) -> HttpResponse:
    """Show what stands around every page of the register: heads, navigation, messages, and nothing in it."""
    return render(request, "base_page.html")


def rows(request: HttpRequest) -> HttpResponse:
    """Show a page of the tasks with the columns of the list, by the plain means of Django."""
    states = TaskState.objects.filter(until=None)
    if "overdue" in request.GET:
        states = states.filter(next_due__lt=timezone.localdate(), status__in=OPEN_STATUSES)
    if department := request.GET.get("department"):
        states = states.filter(
            task__task_departments__department=department, task__task_departments__role__in=ANSWERABLE_ROLES
        ).distinct()
    if word := request.GET.get("q"):
        states = states.filter(task__text__icontains=word)
    order = [request.GET["sort"], "task_id"] if "sort" in request.GET else PRINTED_ORDER
    lines = states.select_related("task__suggestion__meeting", "last_report")
    lines = lines.prefetch_related("task__departments", "task__leaders").order_by(*order)
    page = Paginator(lines, PAGE_SIZE).page(request.GET.get("page", 1))
    return HttpResponse(LIST.render(Context({"page": page})))


def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task with its log."""
    task = Task.objects.select_related("suggestion__meeting").get(pk=pk)
    log = task.log.select_related("actor", "department").order_by("-sequence")
    return HttpResponse(TASK.render(Context({"task": task, "log": log, "csrf_token": request.META["CSRF_COOKIE"]})))


@transaction.atomic
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the rows of a save in the list: batch, entry, interval, task."""
    task = Task.objects.select_for_update().get(pk=pk)
    task.version += 1
    batch = Batch.objects.create(made_by=request.user, source=BatchSource.LIST)
    entry = TaskLog.objects.create(
        task=task,
        sequence=task.version,
        kind="progress",
        effective_on=timezone.localdate(),
        actor=request.user,
        is_report=True,
        note=request.POST["note"],
        batch=batch,
    )
    state = TaskState.objects.get(task=task, until=None)
    state.delete()
    state.pk, state.last_report = None, entry
    state.save(force_insert=True)
    task.save(update_fields=["version", "status", "next_review"])
    return HttpResponseRedirect("/floor/signed-in/")


# --- the dashboard by raw SQL -------------------------------------------------------------------------

# Health as the dashboard counts it (docs/domain.md, Health on a day).
HEALTH = """
CASE WHEN status IN ('closed', 'terminated') THEN status WHEN next_due < {day} THEN 'overdue'
WHEN next_review < {day} THEN 'review_missed' WHEN deadline_kind = 'undecided' THEN 'undecided'
WHEN next_due <= {soon} THEN 'due_soon' ELSE 'on_track' END"""
STATES = (
    "WITH of_day AS (SELECT task_id, status, next_due, COALESCE(next_due, next_review) AS next_day, {health} AS health"
    " FROM meetings_taskstate s WHERE since <= {day} AND (until IS NULL OR until > {day}) {own}) "
)
QUESTIONS = (
    "SELECT m.id, m.title, m.issued_on, health, COUNT(*) FROM of_day JOIN meetings_task t ON t.id = task_id"
    " JOIN meetings_suggestion g ON g.id = t.suggestion_id JOIN meetings_meeting m ON m.id = g.meeting_id"
    " GROUP BY 1, 2, 3, 4",
    "SELECT d.id, d.name, health, COUNT(*) FROM of_day JOIN meetings_taskdepartment p ON p.task_id = of_day.task_id"
    " AND p.role <> 'supporting' JOIN meetings_department d ON d.id = p.department_id GROUP BY 1, 2, 3",
    "SELECT n.id, n.name, health, COUNT(*) FROM of_day JOIN meetings_taskleader p ON p.task_id = of_day.task_id"
    " JOIN meetings_person n ON n.id = p.person_id GROUP BY 1, 2, 3",
    "SELECT SUBSTR(CAST(next_due AS varchar(10)), 1, 7), COUNT(*) FROM of_day"
    " WHERE health IN ('due_soon', 'on_track', 'undecided') AND next_due >= {day} GROUP BY 1",
    "SELECT t.id, t.text, next_day FROM of_day JOIN meetings_task t ON t.id = task_id"
    " WHERE health IN ('overdue', 'review_missed') ORDER BY next_day LIMIT 10",
)


def dashboard(request: HttpRequest) -> HttpResponse:
    """Ask the questions of the dashboard about the tasks that are the account's."""
    day = datetime.date.fromisoformat(request.GET.get("as_of", timezone.localdate().isoformat()))
    words = {"day": f"'{day}'", "soon": f"'{day + datetime.timedelta(days=30)}'", "own": ""}
    account = request.user
    if account.role == Role.LIAISON:
        departments = ", ".join(str(pk) for pk in account.departments.values_list("pk", flat=True))
        words["own"] = (
            f"AND task_id IN (SELECT task_id FROM meetings_taskdepartment WHERE department_id IN ({departments}))"
        )
    elif account.role == Role.LEADER:
        words["own"] = f"AND task_id IN (SELECT task_id FROM meetings_taskleader WHERE person_id = {account.person_id})"
    words["health"] = HEALTH.format(**words)
    answers = []
    with connection.cursor() as cursor:
        for question in QUESTIONS:
            cursor.execute((STATES + question).format(**words))
            answers.append(cursor.fetchall())
        cursor.execute(trend(day, words["own"]))
        answers.append(cursor.fetchall())
    return HttpResponse(TABLES.render(Context({"answers": answers})))


def trend(day: datetime.date, own: str) -> str:
    """Return the SQL that counts open, closed, overdue and review-missed tasks at twelve month ends and on ``day``."""
    ends = [day]
    while len(ends) < 13:
        ends.insert(0, ends[0].replace(day=1) - datetime.timedelta(days=1))
    columns = []
    for end in ends:
        held = f"since <= '{end}' AND (until IS NULL OR until > '{end}')"
        is_open = "status NOT IN ('closed', 'terminated')"
        late = f"{is_open} AND next_due < '{end}'"
        missed = f"{is_open} AND next_review < '{end}'"
        conditions = (is_open, "status = 'closed'", late, missed)
        columns += [f"COUNT(CASE WHEN {held} AND {what} THEN 1 END)" for what in conditions]
    return (
        f"SELECT {', '.join(columns)} FROM meetings_taskstate"
        f" WHERE since <= '{day}' AND (until IS NULL OR until > '{ends[0]}') {own}"
    )


# --- the search box by raw SQL ------------------------------------------------------------------------

NAMES = (("person", "name"), ("department", "name"), ("meeting", "title"))
TASKS_WITH = """
SELECT id FROM meetings_task WHERE id IN ({task})
UNION SELECT id FROM meetings_task WHERE suggestion_id IN ({suggestion})
UNION SELECT task_id FROM meetings_tasklog WHERE id IN ({tasklog}) AND is_report"""
FIRST_SUGGESTIONS = """
SELECT s.id, s.text, m.title FROM meetings_suggestion s JOIN meetings_meeting m ON m.id = s.meeting_id
WHERE s.id IN ({suggestion}) ORDER BY m.issued_on DESC, m.id DESC, s.position LIMIT 7"""
FIRST_TASKS = """
SELECT t.id, t.text, m.title FROM meetings_task t JOIN meetings_meeting m ON m.id = t.meeting_id
WHERE t.id IN ({tasks}) ORDER BY t.issued_on DESC, t.meeting_id DESC, t.suggestion_position, t.number LIMIT 6"""


def search(request: HttpRequest) -> HttpResponse:
    """Look a word up in names, and by the indexes in the texts that the search box looks through."""
    word = request.GET["q"]
    pattern = f"%{word}%"
    grams: str | list[str] = split_word(word)
    if connection.vendor == "sqlite":
        grams = " ".join(f'"{gram}"' for gram in grams)
    parts, words = {}, {}
    for index in INDEXES:
        name = index.table.removeprefix("meetings_")
        found = (
            f"id IN (SELECT rowid FROM {index.fts_table} WHERE {index.fts_table} MATCH %s)"
            if connection.vendor == "sqlite"
            else f'{index.grams_sql(index.columns)} @> (%s::text[] COLLATE "C")'
        )
        # What the index finds is confirmed on the text.
        holds = " OR ".join(f"{text} LIKE %s" for text in index.texts)
        parts[name] = f"SELECT id FROM {index.table} WHERE {found} AND ({holds})"
        words[name] = [grams, *[pattern] * len(index.texts)]
    tasks, of_tasks = TASKS_WITH.format(**parts), [*words["task"], *words["suggestion"], *words["tasklog"]]
    questions = [
        *(
            (f"SELECT id, {name} FROM meetings_{table} WHERE {name} LIKE %s LIMIT 7", [pattern])
            for table, name in NAMES
        ),
        (FIRST_SUGGESTIONS.format(**parts), words["suggestion"]),
        (FIRST_TASKS.format(tasks=tasks), of_tasks),
        (f"SELECT COUNT(*) FROM (SELECT 1 FROM ({tasks}) AS found LIMIT 10001) AS counted", of_tasks),
    ]
    answers = []
    with connection.cursor() as cursor:
        for question, params in questions:
            cursor.execute(question, params)
            answers.append(cursor.fetchall())
    return HttpResponse(TABLES.render(Context({"answers": answers})))


urlpatterns = [
    path("", include("cnas_tasks.urls")),
    path("floor/signed-in/", signed_in),
    path("floor/frame/", frame),
    path("floor/list/", rows),
    path("floor/task/<int:pk>/", task_page),
    path("floor/save/<int:pk>/", save),
    path("floor/dashboard/", dashboard),
    path("floor/search/", search),
]

"""Read operations: lists in pages that neither skip nor repeat a row, and one row."""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from ninja import Path, Query, Router

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON, parse_known_on
from meetings.core.text import MAX_ID_DIGITS
from meetings.models import PAGE_SIZES, Health, SuggestionOutcome, SuggestionSource, worst_health
from meetings.models.day_of_knowledge import known_on
from meetings.models.log import mark_undone
from meetings.models.task import TaskQuerySet
from meetings.tasks.listing import find_page
from meetings.ui.http import Request

from . import schemas
from .parameters import DAY, DAYS, FILTERS, check_parameters
from .problems import refusal_response

router = Router()

_MAX_ID = 10**MAX_ID_DIGITS - 1
Id = Annotated[int, Path(ge=1, le=_MAX_ID)]
IdFilter = Annotated[int | None, Query(ge=1, le=_MAX_ID)]
# Empty for the first page, as in the list of tasks.
After = Annotated[str, Query(pattern=rf"^[0-9]{{0,{MAX_ID_DIGITS}}}$", description="`next` of the page before")]
PageSize = Annotated[int, Query(ge=1, le=PAGE_SIZES[-1])]
DEFAULT_PAGE_SIZE = PAGE_SIZES[1]
PAGING = ("after", "per_page")


@contextmanager
def register_on(request: Request, *others: str, declared: Sequence[dict[str, Any]] = DAYS) -> Iterator[datetime.date]:
    """Yield the requested day; within, the register is that of ``known_on``.

    Raises InvalidAsOfError for an invalid day, and what `check_parameters` raises.
    """
    check_parameters(request.GET, declared, *others)
    day, known = parse_known_on(request.GET.get(KNOWN_ON), request.GET.get(AS_OF))
    with known_on(known):
        yield day


def _cut(rows: Sequence[Any], size: int, key: str = "pk") -> tuple[Sequence[Any], str | None]:
    """Return the first ``size`` rows and the ``key`` to go on from; None at the end."""
    return rows[:size], str(getattr(rows[size - 1], key)) if len(rows) > size else None


def _page(rows: QuerySet, after: str, size: int) -> tuple[Sequence[Any], str | None]:
    return _cut(list(rows.filter(pk__gt=int(after or 0)).order_by("pk")[: size + 1]), size)


@router.get("/meetings", response=schemas.MeetingPage, openapi_extra=DAY, summary="Meetings, as they were entered")
def list_meetings(request: Request, after: After = "", per_page: PageSize = DEFAULT_PAGE_SIZE) -> Any:
    with register_on(request, *PAGING) as day:
        found, following = _page(permissions.readable_meetings(request.user, day).with_counts(), after, per_page)
        return schemas.MeetingPage.model_validate({"items": list(found), "next": following})


@router.get("/meetings/{int:pk}", response=schemas.Meeting, openapi_extra=DAY, summary="A meeting")
def show_meeting(request: Request, pk: Id) -> Any:
    with register_on(request) as day:
        permissions.readable_meeting(request.user, pk, day)
        return permissions.readable_meetings(request.user, day).with_counts().get(pk=pk)


@router.get("/suggestions", response=schemas.SuggestionPage, openapi_extra=DAY, summary="Suggestions, as entered")
def list_suggestions(
    request: Request, meeting: IdFilter = None, after: After = "", per_page: PageSize = DEFAULT_PAGE_SIZE
) -> Any:
    with register_on(request, *PAGING, "meeting") as day:
        rows = permissions.readable_suggestions(request.user, day)
        found, following = _page(rows.filter(meeting=meeting) if meeting else rows, after, per_page)
        return schemas.SuggestionPage(items=_tell_suggestions(request, found, day), next=following)


@router.get("/suggestions/{int:pk}", response=schemas.Suggestion, openapi_extra=DAY, summary="A suggestion")
def show_suggestion(request: Request, pk: Id) -> Any:
    with register_on(request) as day:
        return _tell_suggestions(request, [permissions.readable_suggestion(request.user, pk, day)], day)[0]


def _tell_suggestions(request: Request, rows: Sequence[Any], day: datetime.date) -> list[schemas.Suggestion]:
    """Return the suggestions with health and outcome. Three queries, for any number."""
    ids = [row.pk for row in rows]
    sources = SuggestionSource.objects.select_related("person").order_by("position")
    prefetch_related_objects(rows, Prefetch("suggestion_sources", sources))
    tasks = permissions.readable_tasks(request.user, day).filter(suggestion__in=ids)
    healths = {row["suggestion"]: list(Health)[row["worst"]] for row in worst_health(tasks)}
    outcomes = SuggestionOutcome.objects.on(day).filter(suggestion__in=ids)
    decided = {outcome.suggestion_id: outcome.day_outcome for outcome in outcomes}
    return [schemas.Suggestion.of(row, healths.get(row.pk), decided.get(row.pk)) for row in rows]


@router.get("/tasks", response=schemas.TaskPage, openapi_extra=FILTERS, summary="Tasks: the list with its filters")
def list_tasks(request: Request) -> Any:
    with register_on(request, declared=FILTERS["parameters"]) as day:
        tasks = permissions.readable_tasks(request.user, day)
        found = find_page(request.GET, tasks, day, load=partial(_load_tasks, tasks), size=DEFAULT_PAGE_SIZE)
        if found.errors and not found.is_beyond:
            return refusal_response([(None, error) for error in found.errors])
        page = found.page
        return schemas.TaskPage(
            items=[schemas.Task.of(task) for task in page.object_list],
            # A full page may be the last one: then the next one is empty.
            next=page.after if len(page.object_list) == page.paginator.per_page else None,
            count=page.paginator.count,
            is_count_exact=page.paginator.is_exact,
        )


def _load_tasks(tasks: TaskQuerySet, ids: list[int]) -> TaskQuerySet:
    return tasks.filter(pk__in=ids).for_listing().prefetch_related("milestones")


@router.get("/tasks/{int:pk}", response=schemas.Task, openapi_extra=DAY, summary="A task, with its ETag")
def show_task(request: Request, response: HttpResponse, pk: Id) -> Any:
    with register_on(request) as day:
        return tell_task(request, response, pk, day)


def tell_task(request: Request, response: HttpResponse, pk: int, day: datetime.date) -> schemas.Task:
    """Return the task, and put its version into the ETag; raises Http404."""
    task = permissions.readable_task(request.user, pk, day)
    response.headers["ETag"] = f'"{task.version}"'
    return schemas.Task.of(task)


@router.get("/tasks/{int:pk}/log", response=schemas.LogPage, openapi_extra=DAY, summary="A task's log")
def show_log(request: Request, pk: Id, after: After = "", per_page: PageSize = DEFAULT_PAGE_SIZE) -> Any:
    with register_on(request, *PAGING) as day:
        task = permissions.readable_task(request.user, pk, day)
        entries = task.log.select_related("actor", "department", "instructs").prefetch_related("evidence")
        # The entry that undoes another one may have a later day.
        whole = mark_undone(entries.order_by("sequence"))
        log = [entry for entry in whole if entry.effective_on <= day and entry.sequence > int(after or 0)]
        found, following = _cut(log, per_page, key="sequence")
        return schemas.LogPage(items=[schemas.LogEntry.of(entry) for entry in found], next=following)

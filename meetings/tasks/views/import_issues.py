"""待确认: the queue of what imports left open; each question is answered where it stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.errors import ConflictError, InvalidTransitionError, ServiceError
from meetings.tasks import import_issues
from meetings.tasks.forms.import_issues import IssueForm, build_offered_day_corrections
from meetings.tasks.import_issues import IssueGroup, OpenIssueRow
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.import_issues import resolve_issues
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .detail import render_task

ROWS_PER_PAGE = 20
# It is right as it stands; the day that the question offers is; something else is.
DECISIONS = ("right", "offered", "wrong")


@require_http_methods(["GET", "HEAD", "POST"])
def import_issue_list(request: Request) -> HttpResponse:
    """Show what is open, row by row; answer one question, for all the tasks it is asked of at once."""
    if request.method == "POST":
        return _resolve(request)
    return _page(request)


def _page(
    request: Request,
    *,
    submitted_form: IssueForm | None = None,
    conflict: ConflictError | None = None,
    status: int = 200,
) -> HttpResponse:
    pages = Paginator(import_issues.readable_suggestions_with_open_issues(request.user), ROWS_PER_PAGE)
    page = pages.get_page(request.POST.get("page") or request.GET.get("page"))
    rows = import_issues.build_open_issue_rows(page.object_list)
    context = {
        "page": page,
        "page_number": page.number,
        "meetings": import_issues.group_by_meeting(rows),
        "number": import_issues.count_open_issues(),
        "may_answer": permissions.is_secretariat(request.user),
        "form": submitted_form or _requested_form(request, rows),
        "sent": submitted_form,
        "stale": conflict,
    }
    return render(request, "meetings/tasks/import_issues/list.html", context, status=status)


def _requested_form(request: Request, rows: list[OpenIssueRow]) -> IssueForm | None:
    """Return the form of the question that ``wrong`` names: somebody is about to say what is right instead."""
    opened_issue_id = request.GET.get("wrong")
    issues = (question for row in rows for question in row.questions)
    asked = next((question for question in issues if str(question.first.pk) == opened_issue_id), None)
    return IssueForm(issue=asked) if asked and permissions.is_secretariat(request.user) else None


def _resolve(request: Request) -> HttpResponse:
    issue = import_issues.answerable_issue(request.user, request.POST.getlist("mark"))
    decision = request.POST.get("decision")
    if decision not in DECISIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return _redirect_to_next(request, issue, issue.anchor)
    form = IssueForm(request.POST, issue=issue) if decision == "wrong" else None
    if form is not None and not form.is_valid():
        return _render_again(request, issue, form, status=422)
    next_anchor = _next_anchor(request, issue)
    try:
        resolve_issues(
            issue_ids=[mark.pk for mark in issue.marks],
            versions=_versions(request, issue),
            actor=request.user,
            **_service_arguments(issue, decision, form),
        )
    except ConflictError as conflict:
        return _handle_conflict(request, issue, form, conflict)
    except ServiceError as error:
        if not issue.is_open or form is None:
            messages.error(request, error.message)
            return _redirect_to_next(request, issue, next_anchor)
        form.add_service_error(error)
        return _render_again(request, issue, form, status=422)
    sentence = _success_message(issue, decision)
    if request.htmx:
        context = {"question": issue, "sentence": sentence, "number": import_issues.count_open_issues()}
        return render(request, "meetings/tasks/import_issues/_resolved.html", context)
    messages.success(request, sentence)
    return _redirect_to_next(request, issue, next_anchor)


def _service_arguments(issue: IssueGroup, decision: str | None, form: IssueForm | None) -> dict[str, Any]:
    if form is not None:
        corrections = form.corrections if issue.is_correctable_in_place else {}
        return {"note": form.cleaned_data["note"], "corrections": corrections}
    if decision == "offered" and issue.offered:
        return {"note": _("The day that the question offered."), "corrections": build_offered_day_corrections(issue)}
    return {}


def _success_message(issue: IssueGroup, decision: str | None) -> str:
    number = len(issue.marks)
    if decision in ("wrong", "offered"):
        return ngettext(
            "Answered: it was not right. The answer is in the log of the task.",
            "Answered: it was not right. The answer is in the log of the %(number)d tasks.",
            number,
        ) % {"number": number}
    return ngettext(
        "Confirmed: what the task says is right.",
        "Confirmed: what the %(number)d tasks say is right.",
        number,
    ) % {"number": number}


def _versions(request: Request, issue: IssueGroup) -> dict[int, int]:
    """Return the versions of the tasks that the person had before their eyes."""
    versions = {}
    for task in issue.tasks:
        written = request.POST.get(f"version-{task.pk}", "")
        # No task has had a version of ten digits; a number of thousands is not even read.
        versions[task.pk] = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
    return versions


def _handle_conflict(
    request: Request, issue: IssueGroup, form: IssueForm | None, conflict: ConflictError
) -> HttpResponse:
    """Come back with what the other person did; answering again then counts."""
    if not issue.is_open:
        messages.info(request, InvalidTransitionError(_("Somebody else has answered this meanwhile.")).message)
        return _redirect_to_next(request, issue, _next_anchor(request, issue))
    return _render_again(request, issue, form, conflict=conflict, status=409)


# --- where the answer leads -----------------------------------------------------------------------


def _is_on_task_page(request: Request, issue: IssueGroup) -> bool:
    return request.POST.get("on") == "task" and len(issue.marks) == 1


def _render_again(
    request: Request,
    issue: IssueGroup,
    form: IssueForm | None,
    *,
    conflict: ConflictError | None = None,
    status: int,
) -> HttpResponse:
    form = form or IssueForm(issue=issue)
    if _is_on_task_page(request, issue):
        task = permissions.readable_task(request.user, issue.first.task_id, today())
        return render_task(request, task, today(), issue_form=form, issue_conflict=conflict, status=status)
    if request.htmx:
        context = {
            "question": issue,
            "form": form,
            "sent": form,
            "stale": conflict,
            "may_answer": True,
            "page_number": request.POST.get("page", ""),
        }
        return render(request, "meetings/tasks/import_issues/_issue.html", context, status=status)
    return _page(request, submitted_form=form, conflict=conflict, status=status)


def _next_anchor(request: Request, issue: IssueGroup) -> str:
    """Return the place of the next open question of the page behind this one; empty: there is none."""
    if request.htmx or _is_on_task_page(request, issue):
        return ""
    pages = Paginator(import_issues.readable_suggestions_with_open_issues(request.user), ROWS_PER_PAGE)
    rows = import_issues.build_open_issue_rows(pages.get_page(request.POST.get("page")).object_list)
    anchors = [each.anchor for row in rows for each in row.questions]
    later = anchors[anchors.index(issue.anchor) + 1 :] if issue.anchor in anchors else anchors
    return next(iter(later), "")


def _redirect_to_next(request: Request, issue: IssueGroup, next_anchor: str) -> HttpResponse:
    if _is_on_task_page(request, issue):
        return redirect(url_after_save(request, issue.first.task, advances_inbox=False))
    page = request.POST.get("page", "")
    query = f"?{urlencode({'page': page})}" if page not in ("", "1") else ""
    address = f"{reverse('confirmations')}{query}{f'#{next_anchor}' if next_anchor else ''}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)

"""待确认: the queue of import issues, each answered in place."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.text import parse_id
from meetings.tasks import import_issues, inbox
from meetings.tasks.forms.import_issues import RIGHT, IssueForm
from meetings.tasks.import_issues import IssueGroup
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.import_issues import resolve_issues
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .detail import render_task

ROWS_PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def import_issue_list(request: Request) -> HttpResponse:
    """Show the open issues row by row; answer one question for all its tasks."""
    if request.method == "POST":
        return _resolve(request)
    return _page(request)


def _page(request: Request, *, submitted_form: IssueForm | None = None, status: int = 200) -> HttpResponse:
    asked = submitted_form.data if submitted_form else request.GET
    page = _queue_page(request, asked)
    rows = import_issues.build_open_issue_rows(page.object_list)
    context = {
        "page": page,
        "page_number": page.number,
        "after": asked.get("after", ""),
        "is_first": page.number == 1 and not asked.get("after"),
        "rows": rows,
        "last_shown": rows[-1][0].pk if rows else "",
        "number": import_issues.count_open_issues(),
        "may_answer": permissions.is_secretariat(request.user),
        "form": submitted_form or _requested_form(request, (issue for _row, issues in rows for issue in issues)),
    }
    return render(request, "meetings/tasks/import_issues/list.html", context, status=status)


def _queue_page(request: Request, asked: QueryDict) -> Page:
    """Return the page of the queue that ``after`` or ``page`` names in ``asked``.

    ``after`` is the last row of the page before, so that rows answered there in the meantime shift nothing.
    """
    rows = import_issues.readable_suggestions_with_open_issues(request.user)
    after = parse_id(asked.get("after", ""))
    if after is not None:
        rows = import_issues.rows_after(rows, after)
    return Paginator(rows, ROWS_PER_PAGE).get_page(asked.get("page"))


def _requested_form(request: Request, issues: Iterable[IssueGroup]) -> IssueForm | None:
    """Return the correction form of the question that ``wrong`` names."""
    opened_issue_id = request.GET.get("wrong")
    issue = next((question for question in issues if str(question.first.pk) == opened_issue_id), None)
    return IssueForm(issue=issue) if issue and permissions.is_secretariat(request.user) else None


def _resolve(request: Request) -> HttpResponse:
    issue = import_issues.answerable_issue(request.user, request.POST.getlist("mark"))
    form = IssueForm(request.POST, issue=issue)
    if "decision" in form.errors:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return _redirect_to_next(request, form, issue.anchor)
    next_anchor = _next_anchor(request, form)
    if form.submit(lambda: resolve_issues(actor=request.user, **form.arguments())):
        return _render_resolved(request, form, next_anchor)
    if form.service_error is not None and not issue.is_open:
        messages.info(request, _("Somebody else has answered this meanwhile."))
        return _redirect_to_next(request, form, next_anchor)
    if form.service_error is not None and not form.conflict and not form.corrects:
        messages.error(request, form.service_error.message)
        return _redirect_to_next(request, form, next_anchor)
    return _render_again(request, form)


def _render_resolved(request: Request, form: IssueForm, next_anchor: str) -> HttpResponse:
    message = _success_message(form.issue, form.cleaned_data["decision"])
    if request.htmx:
        number = import_issues.count_open_issues()
        waiting = number + sum(inbox.count_waiting(request.user, today()).values())
        context = {"issue": form.issue, "message": message, "number": number, "waiting": waiting}
        return render(request, "meetings/tasks/import_issues/_resolved.html", context)
    messages.success(request, message)
    return _redirect_to_next(request, form, next_anchor)


def _success_message(issue: IssueGroup, decision: str) -> str:
    number = len(issue.issues)
    if decision != RIGHT:
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


# --- where the answer leads -----------------------------------------------------------------------


def _is_on_task_page(form: IssueForm) -> bool:
    return form.data.get("on") == "task" and len(form.issue.issues) == 1


def _render_again(request: Request, form: IssueForm) -> HttpResponse:
    """Render a refused form with its errors, or with what somebody else did."""
    issue, status = form.issue, form.status_code
    if not form.corrects:
        # Nothing was typed: the form shows the present values.
        blank = IssueForm(issue=issue)
        blank.service_error, blank.data, form = form.service_error, form.data, blank
    if _is_on_task_page(form):
        task = permissions.readable_task(request.user, issue.first.task_id, today())
        return render_task(request, task, today(), issue_form=form, status=status)
    if request.htmx:
        place = {"page_number": form.data.get("page", ""), "after": form.data.get("after", "")}
        context = {"issue": issue, "form": form, "may_answer": True, **place}
        return render(request, "meetings/tasks/import_issues/_issue.html", context, status=status)
    return _page(request, submitted_form=form, status=status)


def _next_anchor(request: Request, form: IssueForm) -> str:
    """Return the anchor of the next open question of the page behind, or ""."""
    if request.htmx or _is_on_task_page(form):
        return ""
    rows = import_issues.build_open_issue_rows(_queue_page(request, form.data).object_list)
    anchors = [issue.anchor for _row, issues in rows for issue in issues]
    later = anchors[anchors.index(form.issue.anchor) + 1 :] if form.issue.anchor in anchors else anchors
    return next(iter(later), "")


def _redirect_to_next(request: Request, form: IssueForm, next_anchor: str) -> HttpResponse:
    if _is_on_task_page(form):
        return redirect(url_after_save(request, form.issue.first.task, advances_inbox=False))
    place = {name: form.data.get(name, "") for name in ("after", "page")}
    query = urlencode({name: value for name, value in place.items() if value not in ("", "1")})
    address = f"{reverse('confirmations')}{f'?{query}' if query else ''}{f'#{next_anchor}' if next_anchor else ''}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)

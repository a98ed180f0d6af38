"""待确认: the queue of what imports left open; each question is answered where it stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.errors import ImpossibleStep, Refused, Stale
from meetings.tasks import import_issues
from meetings.tasks.forms.corrections import QuestionForm, with_offered_day
from meetings.tasks.import_issues import OpenRow, Question
from meetings.tasks.navigation import after_saving
from meetings.tasks.services.import_issues import answer_marks
from meetings.ui.navigation import today

from .detail import render_task

ROWS_A_PAGE = 20
# It is right as it stands; the day that the question offers is; something else is.
DECISIONS = ("right", "offered", "wrong")


@require_http_methods(["GET", "HEAD", "POST"])
def confirmation_list(request: HttpRequest) -> HttpResponse:
    """Show what is open, row by row; answer one question, for all the tasks it is asked of at once."""
    if request.method == "POST":
        return _answer(request)
    return _page(request)


def _page(
    request: HttpRequest, *, sent: QuestionForm | None = None, stale: Stale | None = None, status: int = 200
) -> HttpResponse:
    pages = Paginator(import_issues.readable_open_suggestions(request.user), ROWS_A_PAGE)
    page = pages.get_page(request.POST.get("page") or request.GET.get("page"))
    rows = import_issues.open_rows(page.object_list)
    context = {
        "page": page,
        "page_number": page.number,
        "meetings": import_issues.by_meeting(rows),
        "number": import_issues.number(),
        "may_answer": permissions.is_secretariat(request.user),
        "form": sent or _opened(request, rows),
        "sent": sent,
        "stale": stale,
    }
    return render(request, "meetings/tasks/import_issues/list.html", context, status=status)


def _opened(request: HttpRequest, rows: list[OpenRow]) -> QuestionForm | None:
    """Return the form of the question that ``wrong`` names: somebody is about to say what is right instead."""
    wrong = request.GET.get("wrong")
    questions = (question for row in rows for question in row.questions)
    asked = next((question for question in questions if str(question.first.pk) == wrong), None)
    return QuestionForm(question=asked) if asked and permissions.is_secretariat(request.user) else None


def _answer(request: HttpRequest) -> HttpResponse:
    question = import_issues.answerable_question(request.user, request.POST.getlist("mark"))
    decision = request.POST.get("decision")
    if decision not in DECISIONS:
        messages.error(request, _("The page asked for something that does not exist. Nothing was changed."))
        return _go_on(request, question, question.anchor)
    form = QuestionForm(request.POST, question=question) if decision == "wrong" else None
    if form is not None and not form.is_valid():
        return _come_back(request, question, form, status=422)
    following = _following(request, question)
    try:
        answer_marks(
            mark_ids=[mark.pk for mark in question.marks],
            versions=_versions(request, question),
            actor=request.user,
            **_said(question, decision, form),
        )
    except Stale as stale:
        return _too_late(request, question, form, stale)
    except Refused as refused:
        if not question.is_open or form is None:
            messages.error(request, refused.sentence)
            return _go_on(request, question, following)
        form.explain(refused)
        return _come_back(request, question, form, status=422)
    sentence = _answered(question, decision)
    if request.htmx:
        context = {"question": question, "sentence": sentence, "number": import_issues.number()}
        return render(request, "meetings/tasks/import_issues/_resolved.html", context)
    messages.success(request, sentence)
    return _go_on(request, question, following)


def _said(question: Question, decision: str | None, form: QuestionForm | None) -> dict[str, Any]:
    if form is not None:
        corrections = form.corrections if question.is_answered_in_place else {}
        return {"note": form.cleaned_data["note"], "corrections": corrections}
    if decision == "offered" and question.offered:
        return {"note": _("The day that the question offered."), "corrections": with_offered_day(question)}
    return {}


def _answered(question: Question, decision: str | None) -> str:
    number = len(question.marks)
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


def _versions(request: HttpRequest, question: Question) -> dict[int, int]:
    """Return the versions of the tasks that the person had before their eyes."""
    versions = {}
    for task in question.tasks:
        written = request.POST.get(f"version-{task.pk}", "")
        # No task has had a version of ten digits; a number of thousands is not even read.
        versions[task.pk] = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
    return versions


def _too_late(request: HttpRequest, question: Question, form: QuestionForm | None, stale: Stale) -> HttpResponse:
    """Come back with what the other person did; answering again then counts."""
    if not question.is_open:
        messages.info(request, ImpossibleStep(_("Somebody else has answered this meanwhile.")).sentence)
        return _go_on(request, question, _following(request, question))
    return _come_back(request, question, form, stale=stale, status=409)


# --- where the answer leads -----------------------------------------------------------------------


def _stands_on_task(request: HttpRequest, question: Question) -> bool:
    return request.POST.get("on") == "task" and len(question.marks) == 1


def _come_back(
    request: HttpRequest,
    question: Question,
    form: QuestionForm | None,
    *,
    stale: Stale | None = None,
    status: int,
) -> HttpResponse:
    form = form or QuestionForm(question=question)
    if _stands_on_task(request, question):
        task = permissions.readable_task(request.user, question.first.task_id, today())
        return render_task(request, task, today(), question=form, question_stale=stale, status=status)
    if request.htmx:
        context = {
            "question": question,
            "form": form,
            "sent": form,
            "stale": stale,
            "may_answer": True,
            "page_number": request.POST.get("page", ""),
        }
        return render(request, "meetings/tasks/import_issues/_issue.html", context, status=status)
    return _page(request, sent=form, stale=stale, status=status)


def _following(request: HttpRequest, question: Question) -> str:
    """Return the place of the next open question of the page behind this one; empty: there is none."""
    if request.htmx or _stands_on_task(request, question):
        return ""
    pages = Paginator(import_issues.readable_open_suggestions(request.user), ROWS_A_PAGE)
    rows = import_issues.open_rows(pages.get_page(request.POST.get("page")).object_list)
    anchors = [each.anchor for row in rows for each in row.questions]
    later = anchors[anchors.index(question.anchor) + 1 :] if question.anchor in anchors else anchors
    return next(iter(later), "")


def _go_on(request: HttpRequest, question: Question, following: str) -> HttpResponse:
    if _stands_on_task(request, question):
        return redirect(after_saving(request, question.first.task, settles=False))
    page = request.POST.get("page", "")
    query = f"?{urlencode({'page': page})}" if page not in ("", "1") else ""
    address = f"{reverse('confirmations')}{query}{f'#{following}' if following else ''}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)

"""Pages that begin a draft without a file: a new meeting, or corrections.

The addresses of the forms that were here before lead to where the drafts are begun.
"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from meetings import permissions
from meetings.models import DraftRow, Suggestion
from meetings.ui.http import Request
from meetings.ui.navigation import today

from . import corrections
from .draft_forms import LinesField
from .draft_services import add_task


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: Request) -> HttpResponse:
    """Begin a meeting that is entered by hand."""
    permissions.require_secretariat(request.user)
    if request.method != "POST":
        return redirect(f"{reverse('import_home')}#by-hand")
    return redirect("draft", corrections.create_manual_draft(account=request.user).pk)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: Request, pk: int) -> HttpResponse:
    """Open what the register says of a meeting around its table for correcting it."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return redirect(meeting)
    document = corrections.open_corrections(meeting=meeting, account=request.user)
    return redirect(f"{reverse('draft', args=[document.pk])}#facts")


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_new(request: Request, pk: int) -> HttpResponse:
    """Open a new row of a meeting's table."""
    meeting = permissions.editable_meeting(request.user, pk, today())
    if request.method != "POST":
        return redirect("meeting_arrange", pk)
    aspect = LinesField().clean(request.POST.get("aspect"))[:500]
    return _redirect_to_row(corrections.open_new_row(meeting=meeting, account=request.user, aspect=aspect))


@require_http_methods(["GET", "HEAD", "POST"])
def suggestion_edit(request: Request, pk: int) -> HttpResponse:
    """Open a row of the register for correcting it."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _redirect_to_table(suggestion)
    return _redirect_to_row(corrections.open_row(suggestion=suggestion, account=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: Request, pk: int) -> HttpResponse:
    """Open a row of the register with a new task."""
    suggestion = permissions.editable_suggestion(request.user, pk)
    if request.method != "POST":
        return _redirect_to_table(suggestion)
    row = corrections.open_row(suggestion=suggestion, account=request.user)
    count = add_task(row_id=row.pk, version=row.version)
    return redirect(f"{reverse('draft', args=[row.document_id])}#row-{row.pk}-{count - 1}-text")


@require_POST
def suggestion_preview(request: Request, pk: int) -> HttpResponse:
    """Lead to the table: a draft says itself how it is understood."""
    permissions.editable_meeting(request.user, pk, today())
    return redirect("meeting_arrange", pk)


def _redirect_to_row(row: DraftRow) -> HttpResponse:
    return redirect(f"{reverse('draft', args=[row.document_id])}#row-{row.pk}-suggestion")


def _redirect_to_table(suggestion: Suggestion) -> HttpResponse:
    return redirect(f"{reverse('meeting_arrange', args=[suggestion.meeting_id])}#suggestion-{suggestion.pk}")

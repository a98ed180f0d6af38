"""The reports: chosen on one page, each made at its own address, so that a link makes the same report again."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.reports import responses
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .forms import BulletinForm, MeetingReportForm, RegisterForm, ReplySheetForm, ReportForm

FORMS: tuple[type[ReportForm], ...] = (MeetingReportForm, BulletinForm, ReplySheetForm, RegisterForm)


@require_safe
def reports(request: Request) -> HttpResponse:
    """Offer the reports; what the address says already (a meeting, a person, a day) is chosen."""
    return _render_page(request)


@require_safe
def meeting_report(request: Request) -> HttpResponseBase:
    """Hand out the report to the next meeting."""
    return _render_report(
        request,
        MeetingReportForm,
        lambda said: responses.meeting_report_response(said["meeting"], said[AS_OF]),
    )


@require_safe
def bulletin(request: Request) -> HttpResponseBase:
    """Hand out the bulletin of a period."""
    return _render_report(request, BulletinForm, lambda said: responses.bulletin_response(said["from"], said["to"]))


@require_safe
def reply_sheet(request: Request) -> HttpResponseBase:
    """Hand out the reply sheet for one member."""
    return _render_report(
        request, ReplySheetForm, lambda said: responses.reply_sheet_response(said["person"], said[AS_OF])
    )


@require_safe
def register_workbook(request: Request) -> HttpResponseBase:
    """Hand out the register with its summary sheet."""
    return _render_report(
        request,
        RegisterForm,
        lambda said: responses.register_summary_response(
            permissions.readable_tasks(request.user, said[AS_OF]).in_printed_order(),
            permissions.readable_states(request.user, {}),
            said[AS_OF],
        ),
    )


def _render_report(
    request: Request, form_class: type[ReportForm], make: Callable[[dict], FileResponse]
) -> HttpResponseBase:
    """Make what a form asks for; what it asks wrongly comes back with everything chosen, and the sentence."""
    form = form_class(request.GET, account=request.user, today=today())
    if form.is_valid():
        return make(form.cleaned_data)
    return _render_page(request, form)


def _render_page(request: Request, submitted_form: ReportForm | None = None) -> HttpResponse:
    # What was said wrongly in one form is not put into the others.
    initial = _initial(QueryDict() if submitted_form else request.GET)
    forms = {form.name: form(account=request.user, today=today(), initial=initial) for form in FORMS}
    if submitted_form is not None:
        forms[submitted_form.name] = submitted_form
    context = {
        "forms": forms,
        "sent": submitted_form,
    }
    return render(request, "meetings/reports/page.html", context, status=422 if submitted_form else 200)


def _initial(params: QueryDict) -> dict[str, str]:
    """Return what the forms start with: what the address says, and the last month for the bulletin."""
    first_of_month = today().replace(day=1)
    last_month = first_of_month - datetime.timedelta(days=1)
    initial = {"from": last_month.replace(day=1).isoformat(), "to": last_month.isoformat()}
    return {**initial, **{name: str(params[name]) for name in ("meeting", "person", AS_OF) if params.get(name)}}

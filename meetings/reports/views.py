"""The reports: chosen on one page, each made at an address of its own."""

import datetime
from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF
from meetings.models import Account
from meetings.reports import downloads
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .forms import BulletinForm, MeetingReportForm, RegisterForm, ReplySheetForm, ReportForm

# Each form of the page, by its name, with what makes its report.
REPORTS: dict[str, tuple[type[ReportForm], Callable[[Account, dict[str, Any]], FileResponse]]] = {
    "meeting": (MeetingReportForm, downloads.meeting_report_response),
    "bulletin": (BulletinForm, downloads.bulletin_response),
    "reply": (ReplySheetForm, downloads.reply_sheet_response),
    "register": (RegisterForm, downloads.register_summary_response),
}


@require_safe
def reports(request: Request) -> HttpResponse:
    """Offer the reports; the address may preselect a meeting, a person, a day."""
    return _render_page(request)


@require_safe
def report(request: Request, name: str) -> HttpResponseBase:
    """Serve the report of the form ``name``; an invalid form comes back."""
    form_class, make_response = REPORTS[name]
    form = form_class(request.GET, account=request.user, today=today())
    return make_response(request.user, form.cleaned_data) if form.is_valid() else _render_page(request, form)


def _render_page(request: Request, submitted_form: ReportForm | None = None) -> HttpResponse:
    # What was said wrongly in one form is not put into the others.
    initial = _initial(QueryDict() if submitted_form else request.GET)
    forms = {
        name: form(account=request.user, today=today(), initial=initial) for name, (form, _make) in REPORTS.items()
    }
    if submitted_form is not None:
        forms[submitted_form.name] = submitted_form
    context = {
        "forms": forms,
        "sent": submitted_form,
    }
    return render(request, "meetings/reports/page.html", context, status=422 if submitted_form else 200)


def _initial(params: QueryDict) -> dict[str, str]:
    """Return the forms' initial values: those of the address, and last month."""
    first_of_month = today().replace(day=1)
    last_month = first_of_month - datetime.timedelta(days=1)
    initial = {"from": last_month.replace(day=1).isoformat(), "to": last_month.isoformat()}
    return {**initial, **{name: str(params[name]) for name in ("meeting", "person", AS_OF) if params.get(name)}}

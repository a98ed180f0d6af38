"""The reports: chosen on one page, each made at an address of its own."""

import datetime
from collections.abc import Collection
from functools import partial
from typing import BinaryIO

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON, name_day
from meetings.jobs import job
from meetings.jobs.files import file_response, write_file
from meetings.models import Account, Paper
from meetings.tasks.chasing import build_slips, count_on_slips
from meetings.tasks.views.chasing import DEPARTMENTS_PER_FILE, find_departments
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .forms import REPORT_FORMS, ReportForm
from .letterheads import read_letterhead
from .official import write_official_documents
from .slips_document import slip_documents


@require_safe
def reports(request: Request) -> HttpResponse:
    """Offer the reports; the address may preselect a meeting, a person, a day."""
    return _render_page(request)


@require_safe
def report(request: Request, name: str) -> HttpResponseBase:
    """Serve the report of the form ``name``; an invalid form comes back."""
    form = REPORT_FORMS[name](request.GET, account=request.user, today=today())
    return form.make_report(request) if form.is_valid() else _render_page(request, form)


@require_safe
def slips(request: Request) -> HttpResponseBase:
    """Serve the supervision slips that the address asks for, as one file."""
    day = today()
    departments, page = find_departments(request, day, DEPARTMENTS_PER_FILE)
    row_count = count_on_slips(permissions.readable_tasks(request.user, day), day, departments)
    if not row_count:
        return redirect("supervision_slips")
    title = _("Supervision slips as of %(day)s") % {"day": name_day(day)}
    if page is not None and page.has_other_pages():
        title = f"{title} ({page.number})"
    return file_response(
        request,
        partial(_write_slips, request.user, day, departments),
        name=title,
        ending="docx",
        row_count=row_count,
        writer=write_slips,
        day=day.isoformat(),
        departments=sorted(departments),
    )


@job(gettext_lazy("Write supervision slips"))
def write_slips(
    *, key: str, asked_by: int, language: str, name: str, row_count: int, day: str, departments: list[int]
) -> None:
    """Write the supervision slips of ``departments`` on ``day``."""
    account = Account.objects.get(pk=asked_by)
    write_file(key, language, partial(_write_slips, account, datetime.date.fromisoformat(day), departments))


def _write_slips(account: Account, day: datetime.date, departments: Collection[int], file: BinaryIO) -> None:
    slips = build_slips(permissions.readable_tasks(account, day), day, departments)
    documents = partial(slip_documents, slips, day, account.display_name)
    write_official_documents(file, documents, read_letterhead(Paper.SLIP))


def _render_page(request: Request, submitted_form: ReportForm | None = None) -> HttpResponse:
    # What was said wrongly in one form is not put into the others.
    initial = _initial(QueryDict() if submitted_form else request.GET)
    forms = {name: form(account=request.user, today=today(), initial=initial) for name, form in REPORT_FORMS.items()}
    if submitted_form is not None:
        forms[submitted_form.name] = submitted_form
    context = {"forms": forms, "sent": submitted_form}
    return render(request, "meetings/reports/page.html", context, status=422 if submitted_form else 200)


def _initial(params: QueryDict) -> dict[str, str]:
    """Return the forms' initial values: those of the address, and last month."""
    first_of_month = today().replace(day=1)
    last_month = first_of_month - datetime.timedelta(days=1)
    initial = {"from": last_month.replace(day=1).isoformat(), "to": last_month.isoformat()}
    return {
        **initial,
        **{name: str(params[name]) for name in ("meeting", "person", AS_OF, KNOWN_ON) if params.get(name)},
    }

"""The reports: chosen on one page, each made at an address of its own."""

import datetime

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .forms import REPORT_FORMS, ReportForm


@require_safe
def reports(request: Request) -> HttpResponse:
    """Offer the reports; the address may preselect a meeting, a person, a day."""
    return _render_page(request)


@require_safe
def report(request: Request, name: str) -> HttpResponseBase:
    """Serve the report of the form ``name``; an invalid form comes back."""
    form = REPORT_FORMS[name](request.GET, account=request.user, today=today())
    return form.make_report() if form.is_valid() else _render_page(request, form)


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

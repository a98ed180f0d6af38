"""The appraisal as a page: the departments, and the tasks that a figure counts."""

import contextlib
import datetime

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings.core.as_of import AS_OF, InvalidAsOfError, parse_as_of
from meetings.tasks.appraisal import COLUMNS, FIGURES, DepartmentAppraisal, explain_figures
from meetings.tasks.listing import about_a_day, requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context, today

from .forms import AppraisalForm


@require_safe
@about_a_day
def appraisal(request: Request) -> HttpResponseBase:
    """Show the appraisal of a period, unless named the year up to the day of the page.

    ``department`` with ``part`` (a name in `FIGURES`) lists the tasks that this figure of the department counts.
    """
    day, errors = requested_day(request)
    params = request.GET.copy()
    params.setdefault("to", day.isoformat())
    params.setdefault("from", _first_of_year(str(params["to"]), day))
    form = AppraisalForm(params, account=request.user, today=today())
    if form.is_valid() and request.GET.get(AS_OF) and form.cleaned_data["to"] > day:
        form.add_error("to", _("The period ends after the day that the page is about. Choose an earlier end."))
    if not form.is_valid() or errors:
        # The leader's field is none that one sees.
        errors += map(str, form.errors.get("leader", []))
        return render(request, "meetings/reports/appraisal.html", {"form": form, "errors": errors}, status=422)
    if request.GET.get("export") == "xlsx":
        return form.make_report(request)
    departments = form.appraise()
    context = {
        **day_context(request, day, errors),
        "form": form,
        "departments": departments,
        "columns": COLUMNS,
        "explained": explain_figures(),
        "params": params,
        "band_period": form.cleaned_data,
        # The links are about the end of the period.
        "as_of": as_of_query(form.cleaned_data["to"]),
    }
    if key := params.get("department"):
        return _render_department(request, form, context, next((d for d in departments if str(d.key) == key), None))
    return render(request, "meetings/reports/appraisal.html", context)


def _first_of_year(text: str, day: datetime.date) -> str:
    """Return the first day of the year of ``text``, or of ``day`` where that is none."""
    with contextlib.suppress(InvalidAsOfError):
        day = parse_as_of(text)
    return day.replace(month=1, day=1).isoformat()


def _render_department(
    request: Request, form: AppraisalForm, context: dict, department: DepartmentAppraisal | None
) -> HttpResponse:
    """List the tasks of one department, or say that there is none."""
    name = request.GET.get("part", "")
    if department is None or (name and name not in FIGURES):
        context["errors"] = [_("There is no such list. Choose one from the table below.")]
        return render(request, "meetings/reports/appraisal.html", context, status=422)
    parts = department.counted(name) if name else department.parts
    tasks = form.tasks().filter(pk__in=[part.task_id for part in parts]).for_listing(())
    tasks_by_id = {task.pk: task for task in tasks}
    order = sorted(parts, key=lambda part: -part.silent_days if name == "silent" else -part.task.late_days)
    context |= {
        "department": department,
        "departments": [department],
        "figure": FIGURES.get(name),
        "rows": [(tasks_by_id[part.task_id], part) for part in order],
    }
    return render(request, "meetings/reports/appraisal.html", context)

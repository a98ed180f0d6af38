"""The page of the working calendar: which years are known, and entering others."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.holiday_notice import write_notice
from meetings.core.workdays import is_announced, is_published
from meetings.models import Account
from meetings.ui.forms import ServiceForm
from meetings.ui.http import Request
from meetings.ui.navigation import today

from .services.working_days import find_entered_days, find_unpublished_years, forget_entered_days, set_working_days

MAX_NOTICE_LENGTH = 5_000


class NoticeForm(ServiceForm):
    """The holidays of one year."""

    notice = forms.CharField(
        label=gettext_lazy("Days off and days that work for them"),
        required=False,
        max_length=MAX_NOTICE_LENGTH,
        strip=True,
        widget=forms.Textarea({"class": "form-control", "rows": 8}),
        help_text=gettext_lazy(
            "Paste the State Council's notice, or write such lines: 1月1日至3日放假。1月4日上班。 "
            "What was entered before is replaced; left empty, it goes."
        ),
    )
    year = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, year: int, data: QueryDict | None = None) -> None:
        entered = write_notice(find_entered_days(year))
        super().__init__(data, prefix=str(year), initial={"year": year, "notice": entered})
        self.of_year = year

    def save(self, actor: Account) -> bool:
        """Enter the holidays; return whether they are."""
        return self.submit(lambda: set_working_days(actor=actor, year=self.of_year, notice=self.cleaned_data["notice"]))


@require_http_methods(["GET", "HEAD", "POST"])
def working_days(request: Request) -> HttpResponse:
    """Show which years' holidays are known; enter those of one that is not."""
    permissions.require_administrator(request.user)
    forget_entered_days()
    offered = find_unpublished_years()
    posted = next((year for year in offered if f"{year}-year" in request.POST), None)
    entry_forms = [NoticeForm(year, request.POST if year == posted else None) for year in offered]
    for form in entry_forms:
        if form.is_bound and form.save(request.user):
            saved = _("Saved: the working days of %(year)s count from now on.")
            if not form.cleaned_data["notice"]:
                saved = _("The holidays of %(year)s are removed: Monday to Friday count.")
            messages.success(request, saved % {"year": form.of_year})
            return redirect("working_days")
    context = {
        "forms": entry_forms,
        "years": [_describe_year(year) for year in range(today().year - 1, today().year + 2)],
    }
    status = max((form.status_code for form in entry_forms), default=200)
    return render(request, "meetings/organisation/working_days.html", context, status=status)


def _describe_year(year: int) -> dict[str, object]:
    entered = find_entered_days(year)
    return {
        "year": year,
        "is_announced": is_announced(year),
        "is_published": is_published(year),
        "off": sum(not works for works in entered.values()),
        "works": sum(entered.values()),
    }

"""What all views share: the day, the way back."""

import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from meetings.core.as_of import AS_OF


def today() -> datetime.date:
    """Return the present day in Asia/Shanghai."""
    return timezone.localdate()


def as_of_query(day: datetime.date) -> QueryDict:
    """Return the parameters that hold a link on ``day``; none for today."""
    query = QueryDict(mutable=True)
    if day != today():
        query[AS_OF] = day.isoformat()
    return query


def day_context(request: HttpRequest, day: datetime.date, errors: list[str]) -> dict[str, Any]:
    """Return what every page about a day tells its template, with the errors."""
    return {
        "day": day,
        "is_today": day == today(),
        "today": today(),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "errors": errors,
    }


def get_next_url(request: HttpRequest) -> str:
    """Return the local page that ``next`` names, or ""."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if not _is_local(url):
        return ""
    parts = urlsplit(url)
    # The row that stands after # is the task's own, and said where the address is used.
    address = parts._replace(fragment="").geturl()
    # What is handed back is what is checked: taking an address to pieces has dropped a TAB, and //elsewhere is left.
    return address if parts.path != request.path and _is_local(address) else ""


def _is_local(url: str) -> bool:
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

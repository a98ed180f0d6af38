"""Helpers of all views: the day, the next address, links to the list of tasks."""

import datetime
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, get_script_prefix, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from meetings.core.as_of import AS_OF, KNOWN_ON, known_day
from meetings.core.lifecycle import OPEN_STATUSES


def today() -> datetime.date:
    """Return the present day in Asia/Shanghai."""
    return timezone.localdate()


def as_of_query(day: datetime.date) -> QueryDict:
    """Return the parameters that keep a link on ``day``; none for today.

    The day of knowledge goes along.
    """
    query = QueryDict(mutable=True)
    if day != today():
        query[AS_OF] = day.isoformat()
        if known := known_day():
            query[KNOWN_ON] = known.isoformat()
    return query


def day_context(request: HttpRequest, day: datetime.date, errors: list[str]) -> dict[str, Any]:
    """Return the template context of every page about a day, with the errors."""
    return {
        "day": day,
        "is_today": day == today(),
        "today": today(),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "errors": errors,
    }


def tasks_url(scope: QueryDict, parameter: str | None = None, key: Any = None, **filters: Any) -> str:
    """Return the address of the list of tasks in ``scope``, narrowed by ``filters``.

    ``parameter`` with ``key`` is one more filter. What is narrowed replaces the scope's own values of that name.
    """
    query: dict[str, Any] = dict(scope.lists())
    if parameter:
        query[parameter] = [key]
    query |= {name: value if isinstance(value, (list, tuple)) else [value] for name, value in filters.items()}
    address = _address_of_tasks(get_script_prefix())
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


def open_tasks_url(meetings: int | Iterable[int], departments: int | Iterable[int]) -> str:
    """Return the address of the open tasks of ``departments`` from ``meetings``."""
    query = {
        "meeting": [meetings] if isinstance(meetings, int) else list(meetings),
        "department": [departments] if isinstance(departments, int) else list(departments),
        "status": sorted(OPEN_STATUSES),
    }
    return f"{_address_of_tasks(get_script_prefix())}?{urlencode(query, doseq=True)}"


@functools.cache
def _address_of_tasks(_prefix: str) -> str:
    # The dashboard has a hundred such links, so this is kept fast.
    return reverse("task_list")


def get_next_url(request: HttpRequest) -> str:
    """Return the local page that ``next`` names, or ""."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if not _is_local(url):
        return ""
    parts = urlsplit(url)
    # The fragment (#…) names a row and is added where the address is used.
    address = parts._replace(fragment="").geturl()
    # Check the rebuilt address: parsing drops a TAB, after which //elsewhere may be left.
    return address if parts.path != request.path and _is_local(address) and is_page(address) else ""


def is_page(url: str) -> bool:
    """Return whether a link may lead there: not to a view that takes only POST.

    An unknown address is allowed; its page says that it does not exist.
    """
    try:
        view: Callable[..., Any] | None = resolve(urlsplit(url).path).func
    except Resolver404:
        return True
    methods = getattr(getattr(view, "view_class", None), "http_method_names", ["get"])
    while view is not None:
        # django.views.decorators.http keeps the allowed methods only in this closure.
        if inspect.isfunction(view):
            methods = inspect.getclosurevars(view).nonlocals.get("request_method_list", methods)
        view = getattr(view, "__wrapped__", None)
    return "get" in map(str.lower, methods)


def page_before(request: HttpRequest) -> str:
    """Return the page of ours that a form was sent from, empty where it is not known."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl() if ours else ""


def _is_local(url: str) -> bool:
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

"""What all views share: the day, the way back."""

from __future__ import annotations

import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from meetings.days import AS_OF


def today() -> datetime.date:
    """Return the present day in Asia/Shanghai."""
    return timezone.localdate()


def as_of_query(day: datetime.date) -> QueryDict:
    """Return the parameters that keep a link on ``day``; none for today, so that a kept link stays up to date."""
    query = QueryDict(mutable=True)
    if day != today():
        query[AS_OF] = day.isoformat()
    return query


def way_back(request: HttpRequest) -> str:
    """Return the page of ours that ``next`` names, where the user came from; empty: nowhere in particular."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    here = request.path
    if not url_has_allowed_host_and_scheme(asked, allowed_hosts=None) or urlsplit(asked).path == here:
        return ""
    return asked

"""The private calendar, served without sign-in by its secret address."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from meetings import permissions
from meetings.ui.navigation import today

from .calendar import build_calendar
from .digest import language_of

# Calendar programs ask every few minutes; deadlines move seldom, and a day late is soon enough.
CACHE_SECONDS = 3600


@login_not_required
@conditional_page
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Serve the calendar of the account with this secret address; 404 for others."""
    owner = permissions.calendar_owner(secret)
    with translation.override(language_of(owner)):
        content = build_calendar(owner, today())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="register.ics"'
    response.headers["Content-Language"] = language_of(owner)
    response.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=CACHE_SECONDS)
    return response

"""The search of everything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from meetings.tasks.search import search as search_everything
from meetings.ui.http import Request
from meetings.ui.navigation import today


@require_safe
def search(request: Request) -> HttpResponse:
    """Show what ``q`` finds, in groups; as a part of the page while it is typed."""
    text = request.GET.get("q", "")
    fragment = request.htmx and not request.htmx.history_restore_request
    response = render(
        request,
        "meetings/tasks/search/_results.html" if fragment else "meetings/tasks/search/page.html",
        {"text": text, "result": search_everything(request.user, text, today())},
    )
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response

"""The search of everything."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from meetings.tasks.search import search as search_everything
from meetings.ui.http import Request, render_fragment
from meetings.ui.navigation import today


@require_safe
def search(request: Request) -> HttpResponse:
    """Show what ``q`` finds, in groups; as a part of the page while it is typed."""
    text = request.GET.get("q", "")
    context = {"text": text, "result": search_everything(request.user, text, today())}
    return render_fragment(request, "tasks/search/_results.html", "tasks/search/page.html", context)

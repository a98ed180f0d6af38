"""Help inside: a page for each role, in each language."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from meetings.models import Language, Role
from meetings.ui.http import Request, is_for_fragment


@require_safe
def help_page(request: Request) -> HttpResponse:
    """Show the help for one's own role, or for that of ``?role=``.

    As a fragment, only the keyboard shortcuts.
    """
    if is_for_fragment(request):
        return render(request, "_shortcuts.html")
    language = Language.ENGLISH if get_language() == Language.ENGLISH else Language.CHINESE
    asked = request.GET.get("role")
    role = asked if asked in Role.values else request.user.role
    context = {"language": language, "role": role, "roles": Role.choices}
    return render(request, f"meetings/tasks/help/{language}/{role}.html", context)

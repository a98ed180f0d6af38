"""Help inside: the page for staff, and the sample meeting for an empty register."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from meetings.models import Language
from meetings.ui.http import Request


@require_safe
def help_page(request: Request) -> HttpResponse:
    """Show the help for staff, a text of its own in each language."""
    language = Language.ENGLISH if get_language() == Language.ENGLISH else Language.CHINESE
    return render(request, f"meetings/tasks/help/{language}.html", {"language": language})

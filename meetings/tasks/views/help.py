"""Help inside: the page for staff, and the sample meeting for an empty register."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from meetings import permissions
from meetings.devtools import demonstration
from meetings.models import Language


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the help for staff; it is prose, so each language has a text of its own instead of translated pieces."""
    language = Language.ENGLISH if get_language() == Language.ENGLISH else Language.CHINESE
    return render(request, f"meetings/help/{language}.html", {"language": language})


@require_POST
def load_sample(request: HttpRequest) -> HttpResponse:
    """Load the real meeting of 〔2023〕81号 to try the register on; only where there is no meeting yet."""
    permissions.require_secretariat(request.user)
    if demonstration.load_meeting_into_empty_register():
        messages.success(
            request, _("The sample meeting is in the register: 12 suggestions and 18 tasks to try everything on.")
        )
    else:
        messages.error(request, _("There are meetings in the register already. The sample is for an empty one."))
    return redirect("dashboard")

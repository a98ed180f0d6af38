"""The sample meeting for an empty register."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import permissions
from meetings.devtools import demonstration
from meetings.ui.http import Request


@require_POST
def load_sample(request: Request) -> HttpResponse:
    """Load the real meeting of 〔2023〕81号, where there is no meeting yet."""
    permissions.require_secretariat(request.user)
    if demonstration.load_meeting_into_empty_register():
        messages.success(
            request, _("The sample meeting is in the register: 12 suggestions and 18 tasks to try everything on.")
        )
    else:
        messages.error(request, _("There are meetings in the register already. The sample is for an empty one."))
    return redirect("dashboard")

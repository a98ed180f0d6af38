"""The sample meeting for an empty register, and the end of the demonstration."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings import permissions
from meetings.devtools import demonstration
from meetings.devtools.demonstration_removal import remove_demonstration
from meetings.display.fields import join_items
from meetings.errors import ConflictError, InvalidInputError
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


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Remove the demonstration wholly, where that was asked for twice."""
    permissions.require_no_other_meeting(request.user, pk)
    try:
        is_sure = request.POST.get("sure") == "yes"
        remainder = remove_demonstration(meeting_id=pk, actor=request.user, is_sure=is_sure)
    except InvalidInputError as refusal:
        messages.error(request, refusal.message)
        return redirect("meeting_detail", pk)
    except ConflictError as gone:
        # Of two who press the button, or of two clicks, the second.
        messages.info(request, gone.message)
        return redirect("dashboard")
    messages.success(request, _("The demonstration is removed, with all that was recorded of it."))
    for text, names in (
        (_("These are used elsewhere and stay: %(names)s."), remainder.used),
        (_("These are in the change log, and are taken out of use: %(names)s."), remainder.retired),
    ):
        if names:
            messages.warning(request, text % {"names": join_items(names)})
    return redirect("dashboard")

"""The page of group robots: whose there are, and what they answered."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from meetings import permissions
from meetings.jobs.worker import MAX_ATTEMPTS
from meetings.models import Account, Department, Robot, RobotMessage
from meetings.ui.forms import ServiceForm
from meetings.ui.http import Request
from meetings.ui.widgets import SearchChoiceField

from .robot_services import remove_robot, set_robot
from .robots import MAX_ADDRESS_LENGTH, describe_address

MESSAGES_PER_PAGE = 50


class SecretField(forms.CharField):
    """Something that a form never shows, not even when it comes back."""

    widget = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "off"})


class RobotForm(ServiceForm):
    """Whose robot, and its address."""

    department = SearchChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("All departments: what the secretariat is told"),
    )
    secret_address = SecretField(
        label=gettext_lazy("Webhook address"),
        required=False,
        max_length=MAX_ADDRESS_LENGTH,
        help_text=gettext_lazy(
            "As the robot's page in WeCom, DingTalk or Feishu shows it, or the address of any webhook that takes JSON. "
            "It is never shown again. Left empty, the present one stays. "
            "Where the robot asks for a keyword, choose “台账”."
        ),
    )
    signing_secret = SecretField(
        label=gettext_lazy("Secret for signatures"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For a DingTalk robot that asks for signatures."),
    )

    def __init__(self, data: QueryDict | None = None, *, account: Account) -> None:
        super().__init__(data)
        used = Robot.objects.filter(department__isnull=False).values_list("department", flat=True)
        self.fields["department"].queryset = permissions.readable_departments(account).selectable(used)


@sensitive_post_parameters("secret_address", "signing_secret")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def robot_list(request: Request) -> HttpResponse:
    """Show the robots and what they answered lately; enter an address."""
    permissions.require_administrator(request.user)
    form = RobotForm(request.POST if request.method == "POST" else None, account=request.user)
    if form.is_bound and form.submit(lambda: set_robot(actor=request.user, **form.cleaned_data)):
        messages.success(request, _("Saved: a first message is being posted. What is answered stands below."))
        return redirect("robots")
    sent = Paginator(RobotMessage.objects.select_related("robot__department"), MESSAGES_PER_PAGE)
    context = {
        "form": form,
        "addresses": [
            (robot, describe_address(robot.address), reverse("robot_remove", args=[robot.pk]))
            for robot in Robot.objects.select_related("department")
        ],
        "tries": MAX_ATTEMPTS,
        "page": sent.get_page(request.GET.get("page")),
    }
    return render(request, "meetings/notifications/robots.html", context, status=form.status_code)


@require_POST
def robot_remove(request: Request, pk: int) -> HttpResponse:
    """Remove a robot: nothing is posted there any more."""
    remove_robot(actor=request.user, pk=pk)
    messages.success(request, _("Removed: nothing is posted there any more."))
    return redirect("robots")

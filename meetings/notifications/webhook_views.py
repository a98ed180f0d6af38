"""The page of webhooks: which addresses are told, and what they answered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from meetings import permissions
from meetings.jobs.worker import MAX_ATTEMPTS
from meetings.models import Webhook, WebhookMessage
from meetings.ui.fields import TextField
from meetings.ui.forms import ServiceForm
from meetings.ui.http import Request

from .robots import MAX_ADDRESS_LENGTH
from .webhooks import add_webhook, remove_webhook

MESSAGES_PER_PAGE = 50


class WebhookForm(ServiceForm):
    """The address of another system."""

    address = TextField(
        label=gettext_lazy("Webhook address"),
        max_length=MAX_ADDRESS_LENGTH,
        help_text=gettext_lazy("Of a system that is to know at once what is recorded."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: Request) -> HttpResponse:
    """Show the webhooks and what they answered; enter an address.

    No redirect: the secret would have to be stored somewhere on the way.
    """
    permissions.require_administrator(request.user)
    form, secret = WebhookForm(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.submit(lambda: add_webhook(actor=request.user, **form.cleaned_data)):
        _webhook, secret = form.result
        form = WebhookForm()
    sent = Paginator(WebhookMessage.objects.select_related("webhook"), MESSAGES_PER_PAGE)
    context = {
        "form": form,
        "secret": secret,
        "addresses": [
            (webhook, webhook.host, reverse("webhook_remove", args=[webhook.pk])) for webhook in Webhook.objects.all()
        ],
        "tries": MAX_ATTEMPTS,
        "page": sent.get_page(request.GET.get("page")),
    }
    return render(request, "meetings/notifications/webhooks.html", context, status=form.status_code)


@require_POST
def webhook_remove(request: Request, pk: int) -> HttpResponse:
    """Remove a webhook: nothing is posted there any more."""
    remove_webhook(actor=request.user, pk=pk)
    messages.success(request, _("Removed: nothing is posted there any more."))
    return redirect("webhooks")

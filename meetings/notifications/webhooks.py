"""Messages to webhooks: what was recorded, by ids; services on their addresses.

What happened to which task, and nothing that anybody wrote: who wants to know more asks the API.
"""

import base64
import datetime
import json
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from meetings.errors import InvalidInputError
from meetings.jobs import job
from meetings.models import Account, ChangeKind, TaskLog, Webhook, WebhookMessage
from meetings.permissions import require_administrator
from meetings.tasks.services.log import log_change
from meetings.tasks.signals import entries_recorded

MAX_ENTRIES = 500
FORGET_AFTER = datetime.timedelta(days=30)


def add_webhook(*, actor: Account, address: str) -> tuple[Webhook, str]:
    """Enter an address and greet it; return it with the secret that signs.

    Raises InvalidInputError for what is no address, or one that may not be posted to.
    """
    from .webhook_posts import parse_webhook_address

    require_administrator(actor)
    # Where a name leads may take long to say: no other writer waits for it.
    address = parse_webhook_address(address)
    with transaction.atomic():
        return _enter(address, actor)


def _enter(address: str, actor: Account) -> tuple[Webhook, str]:
    if Webhook.objects.filter(address=address).exists():
        raise InvalidInputError(_("This address is there already. Remove it to have another secret."), field="address")
    # As Standard Webhooks writes it.
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
    webhook = Webhook.objects.create(address=address, secret=secret)
    _log(webhook, actor, None, webhook.host)
    _enqueue(webhook, "webhook.added", [])
    return webhook, secret


@transaction.atomic
def remove_webhook(*, actor: Account, pk: int) -> None:
    """Remove an address with its messages; one that is gone is no error."""
    require_administrator(actor)
    for webhook in Webhook.objects.select_for_update().filter(pk=pk):
        _log(webhook, actor, webhook.host, None)
        webhook.delete()


def _log(webhook: Webhook, actor: Account, old: str | None, new: str | None) -> None:
    # Whoever is signed in is known by a stand-in, and a log by its subject's class.
    subject = Account.objects.get(pk=actor.pk)
    changes = {"webhook": {"old": old, "new": new}}
    log_change(subject, kind=ChangeKind.CORRECTED, actor=actor, part=_("Webhook"), changes=changes)


@receiver(entries_recorded)
def enqueue_entries(entries: Sequence[TaskLog], **_of_signal: Any) -> None:
    """Let the worker tell each webhook what was recorded; nothing of a demonstration."""
    for webhook in Webhook.objects.all():
        entries_sent = [_describe(entry) for entry in entries if not entry.task.suggestion.meeting.is_demonstration]
        for start in range(0, len(entries_sent), MAX_ENTRIES):
            _enqueue(webhook, "entries.recorded", entries_sent[start : start + MAX_ENTRIES])


def _describe(entry: TaskLog) -> dict[str, Any]:
    return {
        "task": entry.task_id,
        "meeting": entry.task.suggestion.meeting_id,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "effective_on": entry.effective_on.isoformat(),
        "status": entry.changes.get("status", {}).get("new"),
    }


def _enqueue(webhook: Webhook, kind: str, entries: list[dict[str, Any]]) -> None:
    now = timezone.now()
    webhook.messages.filter(created_at__lt=now - FORGET_AFTER).delete()
    body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": {"entries": entries}})
    message = webhook.messages.create(body=body, created_at=now)
    # A system that is silent keeps mails and files waiting for one message at most.
    deliver_webhook_message.using(priority=-1).enqueue(message.pk)


@job(gettext_lazy("Post a message to a webhook"))
def deliver_webhook_message(message_id: int) -> None:
    """Post one message, unless that was done or its webhook is gone.

    Raises DeliveryError where it was not taken: the job is tried again.
    """
    from .posting import post_once
    from .webhook_posts import post

    post_once(WebhookMessage.objects.select_related("webhook"), message_id, post)

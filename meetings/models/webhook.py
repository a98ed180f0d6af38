"""事件推送: addresses of other systems that are told what was recorded, and what was."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .notification import PostedMessage, PostedQuerySet


class Webhook(models.Model):
    """An address of another system; ``secret`` signs what is posted there.

    The address may contain a secret, so only its host is shown.
    """

    address = models.TextField(_("address"), unique=True, editable=False)
    # Needed in clear to sign messages, so it cannot be stored as a hash.
    secret = models.CharField(_("secret"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """The part of the address that is no secret."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class WebhookMessage(PostedMessage):
    """One message to one webhook; ``body`` is what is posted, to the letter."""

    webhook = models.ForeignKey(Webhook, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="messages")
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = PostedQuerySet["WebhookMessage"].as_manager()

    class Meta:
        verbose_name = _("message to a webhook")
        verbose_name_plural = _("messages to webhooks")
        ordering = ["-pk"]
        constraints = PostedMessage.Meta.constraints

    def __str__(self) -> str:
        return self.body

"""Secrets that open something without a password: shown once, stored as hashes."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from .account import Account


def hash_secret(secret: str) -> str:
    """Return the hash of a secret; unsalted, for 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_secret() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


class StoredSecret(models.Model):
    """Something that a secret opens; of the secret, the hash alone is stored."""

    secret_hash = models.CharField(_("hash of the secret"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        abstract = True


class CalendarAddress(StoredSecret):
    """The secret address of an account's calendar."""

    account = models.OneToOneField(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="calendar_address"
    )

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.account)


class TokenScope(models.TextChoices):
    """What a program may do with an API token, as far as its account may."""

    READ = "read", pgettext_lazy("token", "Read")
    WRITE = "write", _("Read and write")


class ApiToken(StoredSecret):
    """A program's access to the API, as ``account``, up to and including ``ends_on``."""

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=100)
    scope = models.CharField(_("scope"), max_length=10, choices=TokenScope.choices, default=TokenScope.READ)
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="api_token_scope_known", condition=Q(scope__in=TokenScope.values))]

    def __str__(self) -> str:
        return self.name

"""第二重验证: what proves, besides a password, who signs in."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account


class FactorKind(models.TextChoices):
    """Kinds of second factors."""

    CODES = "codes", _("Codes of an app")
    RECOVERY = "recovery", _("Recovery code")


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    """Second factors of accounts."""

    def devices(self) -> Self:
        """Return the devices; the others are recovery codes, used once each."""
        return self.exclude(kind=FactorKind.RECOVERY)


class SecondFactor(models.Model):
    """One thing that an account signs in by, besides its password.

    ``secret``: of an app, what its codes are made from, encrypted; of a recovery code its hash. ``last_step``: the half
    minute whose code was used last, since each is taken once.
    """

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="second_factors"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=FactorKind.choices)
    secret = models.TextField(_("secret"), editable=False)
    last_step = models.BigIntegerField(_("last step"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = SecondFactorQuerySet.as_manager()

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="second_factor_kind_known", condition=Q(kind__in=FactorKind.values)),
            models.UniqueConstraint(
                name="second_factor_codes_of_one_app", fields=["account"], condition=Q(kind=FactorKind.CODES)
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Passkey(models.Model):
    """A key that a device holds for this account: a phone, a computer, a stick.

    ``credential`` is what the register knows of it, its public half, in base64.
    """

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(_("name"), max_length=100)
    credential = models.TextField(_("public key"), editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

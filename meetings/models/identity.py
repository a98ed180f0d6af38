"""统一身份认证: who an account is to an identity server of the office."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account


class ExternalIdentity(models.Model):
    """Who an account is at an identity server; it then has no password.

    ``issuer`` is an OpenID provider's address, or ``ldap`` or ``cas``; ``subject`` is what that server never gives to
    anybody else.
    """

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(_("identity server"), max_length=200)
    subject = models.CharField(_("identity"), max_length=255)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("external identity")
        verbose_name_plural = _("external identities")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="external_identity_of_one_account", fields=["issuer", "subject"])]

    def __str__(self) -> str:
        return _("%(subject)s at %(issuer)s") % {"subject": self.subject, "issuer": self.issuer}

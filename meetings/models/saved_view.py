"""保存的视图: filters, columns and sorting of the list, under a name."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .account import Account
from .choices import Role


class SavedView(models.Model):
    """A saved list. ``query`` are its URL parameters, without page and day.

    ``shared_with`` is a role whose accounts see it too; empty: the owner's alone.
    """

    owner = models.ForeignKey(Account, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(_("parameters"), blank=True)
    shared_with = models.CharField(_("shared with"), max_length=20, choices=Role.choices, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(name="saved_view_name", fields=["owner", "name"]),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="saved_view_role_known", condition=Q(shared_with__in=["", *Role.values])),
        ]

    def __str__(self) -> str:
        return self.name

"""The administration site, read-only and for administrators alone.

Rows change by the services alone, which write the logs; accounts, departments and people have their own pages
(`meetings.organisation.views`).
"""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from .models import Account, Evidence

admin.site.site_header = admin.site.site_title = gettext_lazy("Committee Task Register")
admin.site.index_title = gettext_lazy("The rows of the register, read-only")


def _redirect_to_login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Redirect to the one sign-in page, with its lockout; 403 for non-administrators."""
    if admin.site.has_permission(request):
        return redirect("admin:index")
    if request.user.is_authenticated:
        raise PermissionDenied(_("Only administrators may open the administration."))
    return redirect_to_login(request.get_full_path())


@require_safe
def _redirect_to_settings(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Send who would change their own password to the one page for it."""
    return redirect("account_settings")


admin.site.login = login_not_required(_redirect_to_login)  # type: ignore[method-assign]  # Django's one site serves
admin.site.password_change = _redirect_to_settings  # type: ignore[method-assign, assignment]  # the same
# Roles take the place of groups.
admin.site.unregister(Group)


class RowList(ChangeList):
    """Django's list of rows, which has no year of twenty digits."""

    def get_filters(self, request: HttpRequest) -> tuple:
        """Treat a day that no calendar has as Django treats any other wrong filter."""
        try:
            return super().get_filters(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at, filtered by each choice among their columns.

    That they are looked at only is the account's permission (`Account.has_perm`).
    """

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """Return the class of the list."""
        return RowList

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        fields = [field for field in self.model._meta.concrete_fields if field.name in self.list_display]
        chosen = [field.name for field in fields if field.choices or isinstance(field, BooleanField)]
        return [*chosen, *super().get_list_filter(request)]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return [field.name for field in self.model._meta.concrete_fields if field.is_relation]


class AccountAdmin(ReadOnlyAdmin, UserAdmin):
    """Accounts; their own pages keep the last administrator and write the log."""

    list_display = ("username", "display_name", "role", "is_active", "last_login")
    list_filter = ()
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = None
    exclude = ("password",)


class EvidenceAdmin(ReadOnlyAdmin):
    """Files of evidence, the deleted ones too, which only administrators can get."""

    list_display = ("name", "task", "size", "content_type", "removal")
    search_fields = ("name", "task__text", "sha256")
    # The file's own address would be MEDIA_URL's, which is not served.
    exclude = ("file",)

    def view_on_site(self, obj: Evidence) -> str:
        """Return the address that hands the file out."""
        return reverse("evidence", args=[obj.pk])


OPTIONS: dict[str, dict[str, Any]] = {
    "department": {"list_display": ("name", "head", "is_active", "merged_into"), "search_fields": ("name",)},
    "person": {"list_display": ("name", "unit", "is_active", "merged_into"), "search_fields": ("name", "unit")},
    "meeting": {
        "list_display": ("title", "document_number", "held_on", "issued_on"),
        "search_fields": ("title", "document_number"),
    },
    "suggestion": {
        "list_display": ("number", "text", "meeting"),
        "list_display_links": ("text",),
        "list_filter": ("meeting",),
        "search_fields": ("text",),
    },
    "task": {
        "list_display": ("text", "status", "deadline_text", "due_date", "next_review"),
        "list_filter": ("deadline_kind",),
        "search_fields": ("text",),
    },
    "tasklog": {
        "list_display": ("task", "sequence", "kind", "effective_on", "recorded_at", "actor"),
        "search_fields": ("note", "task__text"),
        "date_hierarchy": "effective_on",
    },
    "extensionrequest": {"list_display": ("task", "deadline_text", "due_date", "status")},
    "instruction": {"list_display": ("text", "leader", "given_on", "answered_on", "task")},
    "mailing": {
        "list_display": ("day", "kind", "account", "state", "attempts", "problem"),
        "search_fields": ("account__username", "account__display_name"),
        "date_hierarchy": "day",
    },
    "sentmail": {
        "list_display": ("sent_at", "address", "subject"),
        "search_fields": ("address", "subject", "body"),
        "date_hierarchy": "sent_at",
    },
    # Its address is a secret, and therefore not editable, which keeps it out of here.
    "robot": {"list_display": ("pk", "department")},
    "robotmessage": {
        "list_display": ("day", "kind", "robot", "state", "attempts", "answer", "problem"),
        "date_hierarchy": "day",
    },
}

admin.site.register(Account, AccountAdmin)
admin.site.register(Evidence, EvidenceAdmin)
for model in apps.get_app_config("meetings").get_models():
    if not admin.site.is_registered(model):
        admin.site.register(model, ReadOnlyAdmin, **OPTIONS.get(model.__name__.lower(), {}))

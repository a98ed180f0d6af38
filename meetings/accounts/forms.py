"""What people type about their own account and their own views of the list."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import PasswordChangeForm
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.models import PAGE_SIZES, Account, LandingPage, Language
from meetings.tasks import inbox
from meetings.ui.fields import SelectField
from meetings.ui.forms import RequiredErrorMixin, ServiceForm

# Where the first page is one of the saved views, this and its number are the value sent.
VIEW_PREFIX = "view-"
DEFAULT_PAGE_SIZE = PAGE_SIZES[1]


class AccountSettingsForm(ServiceForm):
    """What somebody chooses for their own account."""

    language = SelectField(
        label=gettext_lazy("Language of pages and mails"),
        required=False,
    )
    page_size = forms.TypedChoiceField(
        label=gettext_lazy("Rows a page"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("Of every list, until another number is chosen there."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    landing = SelectField(
        label=gettext_lazy("First page"),
        required=False,
        help_text=gettext_lazy(
            "What opens after signing in, unless the way to some other page led there. "
            "It may be one of your saved views."
        ),
    )
    wants_digest = forms.BooleanField(
        label=gettext_lazy("Send me the daily digest by e-mail"),
        required=False,
        help_text=gettext_lazy(
            "On working days, and only with something in it. What waits for your decision or answer is mailed in any "
            "case."
        ),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, data: QueryDict | None = None, *, account: Account) -> None:
        self.views = {f"{VIEW_PREFIX}{view.pk}": view for view in permissions.readable_views(account)}
        at_present = f"{VIEW_PREFIX}{account.landing_view_id}"
        initial = {
            "language": account.language,
            "page_size": account.page_size,
            "landing": at_present if at_present in self.views else account.landing_page,
            "wants_digest": account.wants_digest,
        }
        super().__init__(data, initial=initial)
        not_chosen = [] if account.language else [("", _("Not chosen yet"))]
        # Each language in itself: who cannot read the page finds the way out of it.
        self.fields["language"].choices = not_chosen + [
            (Language.CHINESE.value, "中文"),
            (Language.ENGLISH.value, "English"),
        ]
        self.fields["page_size"].choices = [
            ("", self._default_page_size_label()),
            *((size, str(size)) for size in PAGE_SIZES),
        ]
        self.fields["landing"].choices = [
            (page.value, page.label)
            for page in LandingPage
            if page != LandingPage.INBOX or inbox.has_inbox(account) or account.landing_page == page
        ]
        if self.views:
            named = [(key, view.name) for key, view in self.views.items()]
            self.fields["landing"].choices += [(gettext_lazy("Saved views"), named)]

    @staticmethod
    def _default_page_size_label() -> str:
        return _("As usual (%(number)d)") % {"number": DEFAULT_PAGE_SIZE}

    def arguments(self) -> dict[str, Any]:
        """Return what was chosen, as the service's arguments; for a valid form."""
        data = dict(self.cleaned_data)
        landing = data.pop("landing")
        view = self.views.get(landing)
        page = LandingPage.DASHBOARD if view or not landing else LandingPage(landing)
        return {**data, "landing_page": page, "landing_view": view}

    def describe_changes(self, changed: list[str]) -> list[str]:
        """Say what the fields behind the service's arguments ``changed`` hold now."""
        names = dict.fromkeys("landing" if name.startswith("landing") else name for name in changed)
        return [
            _("%(filter)s: %(values)s") % {"filter": self.fields[name].label, "values": self._format_value(name)}
            for name in names
        ]

    def _format_value(self, name: str) -> str | Promise:
        value = self.cleaned_data[name]
        if name == "wants_digest":
            return _("yes") if value else _("no")
        if name == "landing":
            view = self.views.get(value)
            return view.name if view else LandingPage(value or LandingPage.DASHBOARD).label
        if name == "page_size":
            return str(value) if value else self._default_page_size_label()
        return dict(self.fields[name].choices)[value]


class PasswordForm(RequiredErrorMixin, PasswordChangeForm):
    """The old password, and twice the new one, held to the rules of the settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
            field.widget.attrs.pop("autofocus", None)
        # The rules are said once, as a list beside the form.
        self.fields["new_password1"].help_text = ""
        self.fields["new_password2"].help_text = ""

    @property
    def rules(self) -> list[str]:
        """What a new password has to be like, a sentence each."""
        return password_validation.password_validators_help_texts()

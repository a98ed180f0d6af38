"""Forms of accounts: the administrators', and those of one's own settings."""

import datetime
from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext_lazy

from meetings import permissions
from meetings.accounts.directory import REFUSAL
from meetings.accounts.services.accounts import find_account_errors
from meetings.accounts.services.secrets import MAX_TOKEN_DAYS
from meetings.accounts.sessions import FRESH_MINUTES, is_fresh
from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.models import PAGE_SIZES, Account, Department, LandingPage, Language, Person, Role, TokenScope
from meetings.models.prepared import PreparedQuery
from meetings.organisation.forms import SubjectForm
from meetings.tasks import inbox
from meetings.ui.fields import DayField, SelectField, TextField
from meetings.ui.forms import RequiredErrorMixin, ServiceForm
from meetings.ui.http import Request
from meetings.ui.widgets import SearchChoiceField, SearchMultipleChoiceField

# Where the first page is one of the saved views, this and its number are the value sent.
VIEW_PREFIX = "view-"
DEFAULT_PAGE_SIZE = PAGE_SIZES[1]

# Django's words, here so that the catalogue has them: Django's own Chinese calls the reader 你, and lacks some.
PASSWORD_WORDS = (
    gettext_lazy("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    gettext_lazy("Your password can’t be a commonly used password."),
    gettext_lazy("Your password can’t be entirely numeric."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    gettext_lazy("Please enter a correct %(username)s and password. Note that both fields may be case-sensitive."),
    gettext_lazy("Your old password was entered incorrectly. Please enter it again."),
    gettext_lazy("New password confirmation"),
)


class SignInForm(AuthenticationForm):
    """A user name and a password."""

    # Django's form says the limit to the browser alone.
    username = UsernameField(max_length=Account._meta.get_field("username").max_length)

    def clean_username(self) -> str:
        """Return the name; one spelling where a directory takes it in any case.

        Else each spelling had tries of its own before the lockout.
        """
        username: str = self.cleaned_data["username"]
        if not settings.LDAP_URL:
            return username
        there = Account.objects.filter(username__iexact=username).values_list("username", flat=True)[:2]
        if username in there:
            return username
        return there[0] if len(there) == 1 else username.casefold()

    def get_invalid_login_error(self) -> forms.ValidationError:
        """Say why the directory's people are refused, or that the password is wrong."""
        refusal = self.request.META.get(REFUSAL) if self.request else None
        return forms.ValidationError(refusal) if refusal else super().get_invalid_login_error()


# Asked by every look at the settings.
_readable_views = PreparedQuery(permissions.readable_views)


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
        self.views = {f"{VIEW_PREFIX}{view.pk}": view for view in _readable_views.fetch(account)}
        at_present = f"{VIEW_PREFIX}{account.landing_view_id}"
        is_former = account.landing_page == LandingPage.OVERVIEW
        chosen_page = LandingPage.DASHBOARD.value if is_former else account.landing_page
        initial = {
            "language": account.language,
            "page_size": account.page_size,
            "landing": at_present if at_present in self.views else chosen_page,
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
            ("", _("As usual (%(number)d)") % {"number": DEFAULT_PAGE_SIZE}),
            *((size, str(size)) for size in PAGE_SIZES),
        ]
        self.fields["landing"].choices = [
            (page.value, page.label)
            for page in LandingPage
            if page != LandingPage.OVERVIEW
            if page != LandingPage.INBOX or inbox.has_inbox(account) or account.landing_page == page
        ]
        if self.views:
            named = [(key, view.name) for key, view in self.views.items()]
            self.fields["landing"].choices += [(gettext_lazy("Saved views"), named)]

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

    def _format_value(self, name: str) -> StrOrPromise:
        value = self.cleaned_data[name]
        if name == "wants_digest":
            return _("yes") if value else _("no")
        if name == "landing":
            view = self.views.get(value)
            return view.name if view else LandingPage(value or LandingPage.DASHBOARD).label
        return dict(self.fields[name].choices)[value or ""]


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

    def clean_new_password1(self) -> str:
        """Refuse the password that is there already."""
        password = self.cleaned_data["new_password1"]
        if password and self.user.check_password(password):
            raise forms.ValidationError(_("This is the password you have. Choose another one."))
        return password

    def validate_password_for_user(self, user: Account, password_field_name: str = "new_password1") -> None:  # nosec B107 # the name of a field
        """Put the errors beside the new password, not beside its repetition as Django."""
        super().validate_password_for_user(user, "new_password1")

    @property
    def rules(self) -> list[str]:
        """What a new password has to be like, a sentence each."""
        return list(filter(None, password_validation.password_validators_help_texts()))


class ApiTokenForm(ServiceForm):
    """What a program needs access for, how far and how long."""

    name = TextField(
        label=gettext_lazy("What it is for"),
        max_length=100,
        help_text=gettext_lazy("Such as: the task board of the portal."),
    )
    scope = SelectField(label=gettext_lazy("It may"), choices=TokenScope.choices, initial=TokenScope.READ)
    ends_on = DayField(label=gettext_lazy("Last day"), help_text=gettext_lazy("Within a year."))

    def __init__(self, data: QueryDict | None = None) -> None:
        in_half_a_year = timezone.localdate() + datetime.timedelta(days=MAX_TOKEN_DAYS // 2)
        super().__init__(data, auto_id="token-%s", initial={"ends_on": in_half_a_year})


class CodeForm(RequiredErrorMixin, forms.Form):
    """The second factor of who gave the right password."""

    second_factor = forms.CharField(
        label=gettext_lazy("Code"),
        # What a passkey signed comes in it, too.
        max_length=10_000,
        help_text=gettext_lazy("The six digits that the app on your phone shows now, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class FactorForm(ServiceForm):
    """A change of one's second factor; a session left open is not enough for it."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows now"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )

    name = forms.CharField(
        label=gettext_lazy("Name of the device"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, request: Request, asks_code: bool = False, asks_name: bool = False
    ) -> None:
        # Several of them stand on one page.
        super().__init__(data, auto_id=f"factor-{asks_code:d}{asks_name:d}-%s")
        self.account, self.session = request.user, request.session
        if not self.account.has_usable_password():
            del self.fields["password"]
        if not asks_code:
            del self.fields["code"]
        if not asks_name:
            del self.fields["name"]

    def clean_password(self) -> str:
        """Refuse another password than the account's."""
        password: str = self.cleaned_data["password"]
        if not self.account.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean(self) -> None:
        """Refuse a session that is not fresh, where there is no password to ask for."""
        super().clean()
        if "password" not in self.fields and not is_fresh(self.session):
            raise forms.ValidationError(
                _("You signed in more than %(number)d minutes ago. Sign in again, then change it.")
                % {"number": FRESH_MINUTES}
            )


# --- the administrators' forms ----------------------------------------------------------------------


class AccountFieldsForm(ServiceForm):
    """What an administrator says of an account."""

    marks_optional = True

    # How long it may be is the service's to say, with what is too long in its message.
    username = TextField(label=label("username"), max_length=500)
    display_name = TextField(label=label("display_name"), max_length=500)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    role = SelectField(label=label("role"), choices=Role.choices)
    departments = SearchMultipleChoiceField(
        label=gettext_lazy("Departments"),
        queryset=Department.objects.none(),
        required=False,
        help_text=gettext_lazy("For a liaison's account: the departments it reports for."),
    )
    person = SearchChoiceField(
        label=label("person"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy(
            "For a leader: whose tasks these are. For a head of department: who is told of what is late."
        ),
    )

    def set_choices(self, departments: Sequence[int] = (), person: int | None = None) -> None:
        """Offer the departments and people in use, and those that the account has already."""
        self.fields["departments"].queryset = Department.objects.selectable(departments)
        self.fields["person"].queryset = Person.objects.selectable_as_leaders([person] if person else [])

    def clean(self) -> dict[str, Any]:
        """Add all that the service would refuse."""
        data = super().clean() or {}
        account = copy(getattr(self, "subject", None)) or Account()
        for name in data.keys() & {field.name for field in Account._meta.concrete_fields}:
            setattr(account, name, data[name])
        for error in find_account_errors(account, data.get("departments", ())):
            if error.field in data:
                self.add_error(error.field, error.message)
        return data


class NewAccountForm(AccountFieldsForm):
    """An account that is not there yet."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"role": Role.READER})
        self.set_choices()


class EditAccountForm(AccountFieldsForm, SubjectForm):
    """What may be changed of an account."""

    is_active = forms.BooleanField(
        label=gettext_lazy("May sign in"),
        required=False,
        help_text=gettext_lazy("Take this away instead of deleting the account."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    # The owner chooses these on the settings page; somebody who never opens it is helped here. What is left out stays.
    language = SelectField(label=label("language"), required=False)
    wants_digest = SelectField(
        label=label("wants_digest"), required=False, choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
    )

    def __init__(self, data: QueryDict | None = None, *, subject: Account) -> None:
        digest = "yes" if subject.wants_digest else "no"
        super().__init__(
            data, subject=subject, action="account", initial={"language": subject.language, "wants_digest": digest}
        )
        not_chosen = [] if subject.language else [("", _("Not chosen yet"))]
        self.fields["language"].choices = [*not_chosen, *Language.choices]
        own = list(subject.departments.values_list("pk", flat=True))
        self.set_choices(own, subject.person_id)

    def clean_language(self) -> str:
        """Keep the language that the account has where none is sent."""
        return self.cleaned_data["language"] or self.subject.language

    def clean_wants_digest(self) -> bool:
        """Return the choice as a boolean; the present one where none is sent."""
        choice = self.cleaned_data["wants_digest"]
        return choice == "yes" if choice else self.subject.wants_digest

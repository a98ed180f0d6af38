"""The base of every form that calls a service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _

from meetings.errors import ConflictError, ServiceError
from meetings.faults import faults_in_words

from .fields import normalise_line_ends


class RequiredErrorMixin(forms.BaseForm):
    """Names an empty required field by its label, unless it has its own words."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field and getattr(error, "message", None) is forms.Field.default_error_messages["required"]:
            chosen = isinstance(self.fields[field], (forms.ChoiceField, forms.FileField))
            message = _("Choose “%(label)s”.") if chosen else _("Fill in “%(label)s”.")
            error = forms.ValidationError(message % {"label": self[field].label}, code="required")
        super().add_error(field, error)


class ServiceForm(RequiredErrorMixin, forms.Form):
    """A form whose service may refuse.

        form = EditAccountForm(request.POST, subject=account)
        if form.submit(lambda: edit_account(account=account, **form.cleaned_data)):
            return redirect(form.result)
        return render(request, template, {"form": form}, status=form.status_code)

    Where somebody else was quicker, ``conflict`` says what they did, and the form comes back with what was typed, on
    the version that is there now: sent again, it counts.
    """

    data: QueryDict
    # Typed as Any: the class of each field is known where it is declared.
    fields: dict[str, Any]

    # The field with the version that the form was opened on.
    VERSION_FIELD = "version"

    # The result of the service, or its error.
    result: Any = None
    service_error: ServiceError | None = None

    def submit(self, service: Callable[[], Any]) -> bool:
        """Call ``service`` if the form is valid; return whether it gave a ``result``."""
        try:
            if not self.is_valid():
                self.check_version()
                return False
            with faults_in_words():
                self.result = service()
        except ServiceError as error:
            self.add_service_error(error)
            return False
        return True

    def check_version(self) -> None:
        """Raise ConflictError where an invalid form is outdated, too."""

    def add_service_error(self, error: ServiceError) -> None:
        """Put the message of a service that refused beside the field it is about."""
        # Other errors must not hide what somebody else did.
        if self.conflict is None:
            self.service_error = error
        if not isinstance(error, ConflictError):
            self.add_error(error.field if error.field in self.fields else None, error.message)
        elif error.current_version is not None:
            self.rebase(error.current_version)

    def rebase(self, version: int | str) -> None:
        """Move the typed data to ``version``, the present one."""
        self.data = self.data.copy()
        self.data[self.add_prefix(self.VERSION_FIELD)] = str(version)
        self.full_clean()

    def ask_for_second_look(self, field: str, reading: str, message: str) -> None:
        """Refuse a ``reading`` that the form had not shown when it was sent."""
        name = self.add_prefix("understood")
        if self.data.get(name) != reading:
            self.data = self.data.copy()
            # The next submission then carries the key of the reading shown.
            self.data[name] = reading
            self.add_error(field, message)

    def forget_errors(self) -> None:
        """Show the form as it was typed, without errors."""
        self._errors = ErrorDict()

    @property
    def status_code(self) -> int:
        """Of the page that shows the form."""
        if self.service_error is not None:
            return self.service_error.status_code
        return ServiceError.status_code if self.errors else 200

    @property
    def error_messages(self) -> list[str]:
        """All errors of the form, for a page that shows them in one place."""
        messages = [str(message) for of_field in self.errors.values() for message in of_field]
        return [self.conflict.message, *messages] if self.conflict else messages

    @property
    def conflict(self) -> ConflictError | None:
        """What somebody else saved meanwhile, shown beside the form."""
        return self.service_error if isinstance(self.service_error, ConflictError) else None


class TrackedForm(ServiceForm):
    """A form that carries its initial values in hidden fields (``was-…``).

    So only changed fields are saved, and a late save does not revert what another person corrected: beside each field
    changed by both, ``theirs`` shows the present value.
    """

    TRACKED_FIELDS: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.theirs: dict[str, str] = {}

    def base_value(self, name: str) -> str:
        """Return the value of the field when the form was opened."""
        posted = self.data.get(f"was-{self.add_prefix(name)}") if self.is_bound else None
        return normalise_line_ends((self.initial.get(name) or "") if posted is None else posted)

    def current_value(self, name: str) -> str:
        """Return the submitted value of the field."""
        widget, key = self.fields[name].widget, self.add_prefix(name)
        if not self.is_bound or widget.value_omitted_from_data(self.data, self.files, key):
            return self.base_value(name)
        return normalise_line_ends(widget.value_from_datadict(self.data, self.files, key))

    def is_changed(self, name: str) -> bool:
        """Return whether the field was changed since the form was opened."""
        return self.current_value(name) != self.base_value(name)

    @property
    def base_value_fields(self) -> list[tuple[str, str]]:
        """The hidden fields with the values when the form was opened."""
        return [(f"was-{self.add_prefix(name)}", self.base_value(name)) for name in self.TRACKED_FIELDS]

    def rebase(self, version: int | str) -> None:
        """Move the data to ``version``; unchanged fields get the present values."""
        data = self.data.copy()
        for name in self.TRACKED_FIELDS:
            now = normalise_line_ends(self.initial.get(name) or "")
            if not self.is_changed(name):
                self.set_value(data, name, now)
            elif self.base_value(name) != now:
                self.theirs[name] = self.describe_value(name, now)
            data[f"was-{self.add_prefix(name)}"] = now
        self.data = data
        super().rebase(version)

    def set_value(self, data: QueryDict, name: str, value: str) -> None:
        """Write ``value`` into ``data`` as the field would send it."""
        data[self.add_prefix(name)] = value

    def describe_value(self, name: str, value: str) -> str:
        """Return a value of the field in words."""
        return value

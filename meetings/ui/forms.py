"""The base of every form that calls a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import QueryDict

from meetings.errors import ConflictError, ServiceError


class ServiceForm(forms.Form):
    """A form whose service may refuse.

        form = EditAccountForm(request.POST, subject=account)
        if form.submit(lambda: edit_account(account_id=account.pk, **form.cleaned_data)):
            return redirect(form.result)
        return render(request, template, {"form": form}, status=form.status_code)

    Where somebody else was quicker, ``conflict`` says what they did, and the form comes back with what was typed, on
    the version that is there now: sent again, it counts.
    """

    data: QueryDict
    # By name: of which class each is, is known where it is declared.
    fields: dict[str, Any]

    # The field with the version that the form was opened on.
    VERSION_FIELD = "version"

    # What the service returned, or why it refused.
    result: Any = None
    service_error: ServiceError | None = None

    def submit(self, service: Callable[[], Any]) -> bool:
        """Call ``service`` if the form is valid and keep its ``result``; False: the form says why not."""
        is_valid = self.is_valid()
        try:
            self.check_version()
            if not is_valid:
                return False
            self.result = service()
        except ServiceError as error:
            self.add_service_error(error)
            return False
        return True

    def check_version(self) -> None:
        """Raise ConflictError for an outdated form whose fields are judged by what is there now (else: the service)."""

    def add_service_error(self, error: ServiceError) -> None:
        """Put the message of a service that refused beside the field it is about."""
        self.service_error = error
        if not isinstance(error, ConflictError):
            self.add_error(error.field if error.field in self.fields else None, error.message)
        elif error.current_version is not None:
            self.rebase(error.current_version)

    def rebase(self, version: int | str) -> None:
        """Put what was typed on ``version``, the one that is there now."""
        self.data = self.data.copy()
        self.data[self.add_prefix(self.VERSION_FIELD)] = str(version)
        self.full_clean()

    @property
    def status_code(self) -> int:
        """Of the page that shows the form."""
        if self.service_error is not None:
            return self.service_error.status_code
        return ServiceError.status_code if self.errors else 200

    @property
    def conflict(self) -> ConflictError | None:
        """What somebody else saved meanwhile, to be shown beside the form."""
        return self.service_error if isinstance(self.service_error, ConflictError) else None

"""Errors of services; each message is one sentence for the person who asked."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class ServiceError(Exception):
    """Raised by a service that refuses; nothing has been written.

    ``field`` names the form's field that the message is about, if there is one.
    """

    # Of the page that comes back with the message.
    status_code = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class PermissionDeniedError(ServiceError, PermissionDenied):
    """The account may not do this: a form says so, and a page is forbidden."""


class InvalidTransitionError(ServiceError):
    """Raised for a change of status that the lifecycle does not have."""


class InvalidDateError(ServiceError):
    """Raised for a day that contradicts the log, the issue day or the calendar."""


class InvalidInputError(ServiceError):
    """Raised where a required value is missing or a value is invalid."""


class NoChangesError(InvalidInputError):
    """Raised where the values given are already the current ones."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(_("Nothing differs from what is there."), field=field)


class ConflictError(ServiceError):
    """Raised where somebody else saved meanwhile.

    ``newer_entries`` are the log entries saved meanwhile, oldest first. ``current_version`` is the version that the
    form has to carry to be saved; None where it has to be opened anew.
    """

    status_code = 409

    def __init__(
        self, message: str = "", *, newer_entries: Sequence[Any] = (), current_version: int | str | None = None
    ) -> None:
        super().__init__(
            message or _("Somebody changed this meanwhile. Nothing of yours has been saved; look at what is there now.")
        )
        self.newer_entries = newer_entries
        self.current_version = current_version

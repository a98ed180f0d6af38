"""Why a service did nothing, in one sentence for the person who asked."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class ServiceError(Exception):
    """Raised by a service that refused and wrote nothing.

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
    """The lifecycle's table has no such change of status."""


class InvalidDateError(ServiceError):
    """The day contradicts the log, the issue of the minutes or the calendar."""


class InvalidInputError(ServiceError):
    """Raised where a required value is missing or a value is invalid."""


class NoChangesError(InvalidInputError):
    """Raised where the values are the present ones."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(_("Nothing differs from what is there."), field=field)


class ConflictError(ServiceError):
    """Raised where somebody else saved meanwhile.

    ``newer_entries`` are their log entries, oldest first, where there is a log. ``current_version`` is what a form has
    to carry to count, None where it has to be opened anew.
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

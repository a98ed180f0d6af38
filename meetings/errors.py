"""Why a verb of `meetings.tasks.services` did nothing, in one sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


class ServiceError(Exception):
    """A verb refused and wrote nothing. ``field`` names the form's field the sentence is about, if there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class PermissionDeniedError(ServiceError):
    """The account may not do this to this task."""


class InvalidTransitionError(ServiceError):
    """The lifecycle's table has no such change of status."""


class InvalidDateError(ServiceError):
    """The day contradicts the log, the issue of the minutes or the calendar."""


class InvalidInputError(ServiceError):
    """Something that has to be said was not."""


class NoChangesError(InvalidInputError):
    """What was said is what is there already."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(_("Nothing differs from what is there."), field=field)


class OutdatedFormError(ServiceError):
    """What the form showed is not what is there any more."""


class ConflictError(ServiceError):
    """Somebody else saved meanwhile; ``since`` are their entries, oldest first."""

    def __init__(self, newer_entries: Sequence[Any], message: str = "") -> None:
        super().__init__(
            message or _("This task was changed while you were writing. Nothing of yours has been saved yet.")
        )
        self.since = newer_entries

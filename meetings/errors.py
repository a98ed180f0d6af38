"""Why a verb of `meetings.tasks.services` did nothing, in one sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _


class Refused(Exception):
    """A verb refused and wrote nothing. ``field`` names the form's field the sentence is about, if there is one."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(Refused):
    """The account may not do this to this task."""


class ImpossibleStep(Refused):
    """The lifecycle's table has no such change of status."""


class ImpossibleDay(Refused):
    """The day contradicts the log, the issue of the minutes or the calendar."""


class Incomplete(Refused):
    """Something that has to be said was not."""


class NothingDiffers(Incomplete):
    """What was said is what is there already."""

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(_("Nothing differs from what is there."), field=field)


class Outdated(Refused):
    """What the form showed is not what is there any more."""


class Stale(Refused):
    """Somebody else saved meanwhile; ``since`` are their entries, oldest first."""

    def __init__(self, since: Sequence[Any], sentence: str = "") -> None:
        super().__init__(
            sentence or _("This task was changed while you were writing. Nothing of yours has been saved yet.")
        )
        self.since = since

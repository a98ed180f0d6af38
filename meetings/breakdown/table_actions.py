"""What the small forms on the page of a breakdown table ask for."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _, ngettext_lazy

from meetings.breakdown.services import aspects, split_merge, suggestions
from meetings.core.types import StrOrPromise

_NUMBERED = ngettext_lazy("Numbered anew: %(number)d row changed.", "Numbered anew: %(number)d rows changed.", "number")


class TableAction(NamedTuple):
    """A service with the part it is on (None: the meeting), arguments and message."""

    service: Callable[..., Any]
    part: str
    arguments: tuple[str, ...]
    message: StrOrPromise


TABLE_ACTIONS = {
    "add-aspect": TableAction(
        aspects.add_aspect, "", ("title",), _("Saved: the aspect stands at the end of the table.")
    ),
    "rename-aspect": TableAction(
        aspects.rename_aspect,
        "aspect",
        ("title", "reason"),
        _("Saved: what was printed stays in the meeting's change log."),
    ),
    "remove-aspect": TableAction(
        aspects.remove_aspect,
        "aspect",
        (),
        _("Removed: the aspect. That it was here stays in the meeting's change log."),
    ),
    "move-aspect": TableAction(aspects.move_aspect, "aspect", ("up",), _("Moved: the aspect with its rows.")),
    "move-suggestion": TableAction(
        suggestions.move_suggestion,
        "suggestion",
        ("up",),
        _("Moved: the row. The number that was printed stays in the log."),
    ),
    "to-aspect": TableAction(
        suggestions.move_suggestion_to_aspect,
        "suggestion",
        ("aspect_id",),
        _("Moved: the row stands at the end of its new aspect."),
    ),
    "remove-suggestion": TableAction(
        suggestions.remove_suggestion,
        "suggestion",
        (),
        _("Removed: the row. That it was here stays in the meeting's change log."),
    ),
    "move-task": TableAction(
        split_merge.move_task, "task", ("up",), _("Moved: the task. The number that was printed stays in the log.")
    ),
    "number-anew": TableAction(suggestions.renumber_suggestions, "", ("within_aspects",), _NUMBERED),
}

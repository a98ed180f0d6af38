"""Forms of a draft that were opened before somebody else saved.

A form carries a digest of each value that it was opened with. So a save that comes too late tells the fields that
were changed in it from those that only show what was there: these take the present values, and where both changed a
field, the page shows the one value beside the other.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise
from meetings.display.fields import label


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that somebody else changed: its value now, and the one typed here."""

    label: StrOrPromise
    current: str
    typed: str | None = None


def build_digests(values: Mapping[str, str]) -> str:
    """Return the digests of the values that a form is opened with, by field."""
    return " ".join(f"{name}:{_digest(value)}" for name, value in values.items())


def merge_form(posted: Mapping[str, str], current: Mapping[str, str]) -> tuple[dict[str, str], list[FieldConflict]]:
    """Merge an outdated form into the ``current`` values; return conflicts, too."""
    digests = dict(pair.rsplit(":", 1) for pair in posted.get("opened", "").split() if ":" in pair)
    values: dict[str, str] = {}
    conflicts = []
    # Also the fields of a task that is gone: what was typed into them is shown.
    for name in dict.fromkeys([*current, *digests]):
        now = current.get(name, "")
        typed = posted[name] if name in posted and digests.get(name) != _digest(posted[name]) else None
        values[name] = now if typed is None else typed
        if digests.get(name, _digest("")) != _digest(now) and (typed is None or _fold_lines(typed) != _fold_lines(now)):
            conflicts.append(FieldConflict(_label(name), now, typed))
    return values, conflicts


def _fold_lines(value: str) -> str:
    return "\n".join(line.strip() for line in value.splitlines() if line.strip())


def _digest(value: str) -> str:
    return f"{zlib.crc32(_fold_lines(value).encode()):x}"


def _label(name: str) -> StrOrPromise:
    if not name.startswith("task-"):
        return label(name)
    place, _dash, column = name.removeprefix("task-").partition("-")
    column_label = _("Understand it as") if column == "meaning" else label(column)
    if not place.isdecimal() or place == "0":
        return column_label
    return _("%(column)s of task (%(number)d)") % {"column": column_label, "number": int(place) + 1}

"""The chain of hashes that shows whether a task's log was tampered with.

Each hash covers the hash of the entry before (for the first entry, the stable id of its task) and a canonical text of
the entry. That text has only what never changes and is the same in every database: no primary keys, no names that may
be corrected, no JSON as a database writes it (docs/domain.md, The log is append-only).
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID


def link_entry(before: str, values: Mapping[str, Any]) -> str:
    """Return the hash of an entry that follows ``before``, as 64 hexadecimal digits.

    ``before`` is the hash of the entry before, or the stable id of the task. ``values`` are the entry's, with stable
    ids for what it refers to; days are dates, the moment is aware. One that is None is left out, so that a column
    added later changes no former hash.
    """
    present = {name: value for name, value in values.items() if value is not None}
    text = json.dumps(present, default=_write_value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def _write_value(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} has no canonical text.")

"""JSON serializer that loses nothing and reads former model labels."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.serializers import json
from django.core.serializers.json import DjangoJSONEncoder

# Models renamed since older fixtures and backups: former label -> present label.
FORMER_LABELS = {
    "meetings.confirmationmark": "meetings.importissue",
    "meetings.fillinupload": "meetings.workbookupload",
}

Serializer = json.Serializer


class ExactEncoder(DjangoJSONEncoder):
    """Write datetimes to the microsecond; Django's encoder stops at the millisecond."""

    def default(self, o: object) -> Any:
        if isinstance(o, datetime.datetime):
            return o.isoformat()
        return super().default(o)


class Deserializer(json.Deserializer):
    """Deserialize JSON as Django does, after translating `FORMER_LABELS`."""

    def _handle_object(self, obj: dict[str, Any]) -> Iterator[Any]:
        label = str(obj.get("model", "")).lower()
        yield from super()._handle_object({**obj, "model": FORMER_LABELS.get(label, label)})  # type: ignore[misc]  # private in Django

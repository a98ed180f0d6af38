"""How the names of static files are made."""

import functools
from typing import Any

from django.core.files.base import File
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedWhereCollectedStorage(CompressedManifestStaticFilesStorage):
    """Hashed, cacheable names once `collectstatic` has run, the plain names before it.

    A fresh clone, the suite and `make run` need no collecting step; a deployment (Dockerfile) runs it and
    gets names that browsers may keep for ever.
    """

    manifest_strict = False
    # Modules import each other by their hashed names.
    support_js_module_import_aggregation = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Each page names twenty files, whose addresses stay as long as the process.
        self.url = functools.cache(super().url)

    def hashed_name(self, name: str, content: File | None = None, filename: str | None = None) -> str:
        """Return ``name`` with its hash, or as it is until it has been collected."""
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            if content is not None:
                raise
            return name

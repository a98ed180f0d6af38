"""What several tests need: pages read, the test database named."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from django.db import connection


def compact_html(response) -> str:
    """Return the page's HTML with single blanks, and none beside or at the end of a tag.

    How a template is laid out is nothing to a reader, so no test should depend on it.
    """
    html = re.sub(r"\s+", " ", response.content.decode())
    return re.sub(r" ?(</?[a-z][^<>]*?) ?> ?", r"\1>", html)


def database_url() -> str:
    """Return the test database as the environment variable DATABASE_URL names it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

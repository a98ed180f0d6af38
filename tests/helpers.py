"""What several tests read off a page."""

from __future__ import annotations

import re


def compact_html(response) -> str:
    """Return the page's HTML with single blanks, and none beside or at the end of a tag.

    How a template is laid out is nothing to a reader, so no test should depend on it.
    """
    html = re.sub(r"\s+", " ", response.content.decode())
    return re.sub(r" ?(</?[a-z][^<>]*?) ?> ?", r"\1>", html)

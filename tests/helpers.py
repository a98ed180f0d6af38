"""What several tests need: pages read, the test database named, a disk that is full."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import socket
import sys
from collections.abc import Iterator
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


@contextlib.contextmanager
def full_disk(size: int = 50_000) -> Iterator[None]:
    """Let no file of this process become larger: what is too much is refused by the system in the middle."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python would keep half of a module that is imported meanwhile, and every later process would stumble over it.
    writes_no_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        sys.dont_write_bytecode = writes_no_bytecode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

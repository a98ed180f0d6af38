"""Whether the server lives, and is ready: its database answers, it can store."""

import threading
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .metrics import figure_lines, has_token

# Who asks waits for no more than five seconds (Dockerfile).
MAX_SECONDS = 3.0


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the server lives, and whether it is ready: 503 if not.

    Anybody may ask; figures are for who has their token, and for administrators.
    """
    obstacle = _Check.find_obstacle()
    lines = ["not ready", "live: yes", f"ready: no ({obstacle})"] if obstacle else ["ok", "live: yes", "ready: yes"]
    # Of a database that does not answer, a session cannot be read.
    if has_token(request) or (not obstacle and _is_administrator(request)):
        lines += figure_lines()
    return HttpResponse("\n".join(lines), content_type="text/plain", status=503 if obstacle else 200)


@login_not_required
@never_cache
@require_safe
def healthz_live(request: HttpRequest) -> HttpResponse:
    """Say that the server lives, without asking anything else."""
    return HttpResponse("ok\nlive: yes", content_type="text/plain")


def _is_administrator(request: HttpRequest) -> bool:
    """Return whether an administrator asks; no middleware has read the session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    SessionMiddleware(lambda _request: HttpResponse()).process_request(request)
    return get_user(request).is_staff


class _Check(threading.Thread):
    """Look at what the pages need; what hangs keeps this thread, and nobody who asks."""

    running: ClassVar["_Check | None"] = None

    def __init__(self) -> None:
        super().__init__(name="readiness", daemon=True)
        self.obstacle = "no answer in time"

    @classmethod
    def find_obstacle(cls) -> str:
        """Return what is in the way, if anything, in time.

        While a look hangs there is no second one.
        """
        check = cls.running
        if check is None or not check.is_alive():
            check = cls.running = cls()
            check.start()
        check.join(MAX_SECONDS)
        return check.obstacle

    def run(self) -> None:
        """Look, and note the first obstacle; that there is none when all was looked at."""
        self.obstacle = self._look()

    def _look(self) -> str:
        try:
            applied = MigrationRecorder(connection).applied_migrations()
            if _known_migrations() - applied.keys():
                return "migrations are missing"
        except (DatabaseError, InterfaceError):
            return "the database does not answer"
        finally:
            connection.close()
        return "" if takes_files() else "files cannot be stored"


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def takes_files() -> bool:
    """Return whether an uploaded file can be stored."""
    return default_storage.is_there()  # type: ignore[attr-defined]  # STORAGES names one that knows

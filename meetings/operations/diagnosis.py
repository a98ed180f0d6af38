"""What is wrong with an installation, in a sentence for each part (`doctor`)."""

import datetime
import difflib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import run_checks
from django.core.checks.security.base import check_secret_key
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from cnas_tasks.settings import env
from meetings.core.types import StrOrPromise
from meetings.core.workdays import is_announced
from meetings.jobs import heartbeat, last_runs
from meetings.minutes.documents import is_recognition_installed
from meetings.minutes.documents.conversion import find_converter
from meetings.models import ChangeLog, TaskLog

from .readiness import takes_files
from .verification import check_schema

# Below so much free space nothing good happens: a backup needs as much as the register has.
FEWEST_FREE_MEGABYTES = 1024
# What runs each night has, unless it failed.
LONGEST_PAUSE = datetime.timedelta(hours=26)
# What a clock may be off by.
MAX_SECONDS_APART = 5


class Level(Enum):
    """How much a finding matters."""

    FINE = "fine"
    # It works, and something is not offered.
    NOTE = "note"
    WRONG = "wrong"


class Finding(NamedTuple):
    """What was found of a part; where it is wrong, the sentence says what to do."""

    level: Level
    sentence: str


def diagnose() -> Iterator[tuple[StrOrPromise, Finding]]:
    """Yield what each part of the installation is like, under the part's name.

    Parts of a database that does not answer are left out; its own says why.
    """
    for name, look in _PARTS:
        yield from ((name, finding) for finding in look())


# What Django's checks say of a deployment in English alone, and of settings that have other names here.
_OF_DJANGO = {
    "security.W004": gettext_lazy(
        "HSTS_SECONDS is 0: a browser may still go by http. Set it once https works for everybody."
    ),
    "security.W009": gettext_lazy("SECRET_KEY can be guessed. Write a long one, made by chance."),
}


def _settings() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(Level.NOTE, _("DEBUG is on, which shows errors to everybody: only on a machine of your own."))
    elif not settings.SERVED_OVER_HTTPS:
        sentence = _("BASE_URL is not https://, so that passwords can be read on their way.")
        yield Finding(Level.NOTE, sentence)
    # What else a deployment should have is for one over https.
    messages = run_checks(include_deployment_checks=settings.SECURE_SSL_REDIRECT)
    if not settings.SECURE_SSL_REDIRECT:
        messages += check_secret_key(None)
    yield from _misspelt_settings()
    for message in messages:
        level = Level.WRONG if message.is_serious() else Level.NOTE
        words = {"message": message.msg, "hint": message.hint or "", "code": message.id}
        own = _OF_DJANGO.get(message.id or "")
        yield Finding(level, str(own) if own else _("%(message)s %(hint)s (%(code)s)") % words)
    if not messages:
        yield Finding(
            Level.FINE, _("Each has a meaning. People open the register at %(url)s.") % {"url": settings.BASE_URL}
        )


def _misspelt_settings() -> Iterator[Finding]:
    for name in sorted(os.environ.keys() - env.names):
        if near := difflib.get_close_matches(name, env.names, n=1, cutoff=0.85):
            words = {"name": name, "near": near[0]}
            yield Finding(Level.NOTE, _("%(name)s is no setting of the register. Is %(near)s meant?") % words)


def _database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version()" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
            (release,) = cursor.fetchone()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        yield Finding(Level.WRONG, _("It does not answer: %(reason)s. See DATABASE_URL.") % {"reason": reason})
        return
    words = {"database": connection.display_name, "release": release}
    yield Finding(Level.FINE, _("%(database)s answers: %(release)s") % words)


def _tables() -> Iterator[Finding]:
    try:
        faults = list(check_schema())
    except DatabaseError:
        return
    yield from (Finding(Level.WRONG, fault) for fault in faults)
    if not faults:
        yield Finding(Level.FINE, _("They are those of this version."))


def _static_files() -> Iterator[Finding]:
    if not (Path(settings.RESOURCES_DIR) / "static/vendor/app.css").exists():
        yield Finding(Level.WRONG, _("The pages' styles and scripts are not built. Run “make setup”."))
    elif not settings.DEBUG and not staticfiles_storage.exists("staticfiles.json"):
        sentence = _("They are not collected, and served slowly. Run “collectstatic”.")
        yield Finding(Level.NOTE, sentence)
    else:
        yield Finding(Level.FINE, _("They are there."))


def _mail() -> Iterator[Finding]:
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        yield Finding(Level.NOTE, _("No mail server is set, so that no reminder reaches anybody. Set EMAIL_URL."))
        return
    words = {"server": f"{backend.host}:{backend.port}"}
    try:
        backend.open()
        backend.close()
    except (OSError, ValueError) as error:  # of a name or password that is not ASCII, the second
        sentence = _("The mail server %(server)s does not take mails: %(reason)s. See EMAIL_URL.")
        yield Finding(Level.WRONG, sentence % {**words, "reason": error})
    else:
        yield Finding(Level.FINE, _("The mail server %(server)s takes mails.") % words)


def _worker() -> Iterator[Finding]:
    if heartbeat.is_any_alive():
        yield Finding(Level.FINE, _("A worker lives."))
    else:
        sentence = _(
            "No worker lives, so mails and large workbooks wait. Start it: systemctl start register-worker, or docker"
            " compose up --detach worker."
        )
        yield Finding(Level.WRONG, sentence)


def _night() -> Iterator[Finding]:
    ages = last_runs.find_ages()
    for command in last_runs.COMMANDS:
        if (age := ages.get(command)) is None:
            yield Finding(Level.NOTE, _("“%(command)s” has not run yet.") % {"command": command})
            continue
        when = timezone.localtime(timezone.now() - age).strftime("%Y-%m-%d %H:%M")
        words = {"command": command, "when": when}
        if age > LONGEST_PAUSE:
            sentence = _("“%(command)s” has not come to a good end since %(when)s. See what its service says.")
            yield Finding(Level.WRONG, sentence % words)
        else:
            yield Finding(Level.FINE, _("“%(command)s” came to a good end on %(when)s.") % words)


def _disk() -> Iterator[Finding]:
    if not settings.DATA_DIR.is_dir():
        sentence = _("There is no folder %(folder)s. Make it, for the account that the services run as.")
        yield Finding(Level.WRONG, sentence % {"folder": settings.DATA_DIR})
        return
    free = shutil.disk_usage(settings.DATA_DIR).free // 2**20
    words = {"megabytes": free, "folder": settings.DATA_DIR}
    if free < FEWEST_FREE_MEGABYTES:
        yield Finding(Level.WRONG, _("Only %(megabytes)s MB are free under %(folder)s. Make room.") % words)
    elif not takes_files():
        place = settings.S3_BUCKET or settings.MEDIA_ROOT
        sentence = _("No uploaded file can be stored in %(place)s. See whether it is there and takes files.")
        yield Finding(Level.WRONG, sentence % {"place": place})
    else:
        yield Finding(Level.FINE, _("%(megabytes)s MB are free under %(folder)s.") % words)


def _clock() -> Iterator[Finding]:
    now = timezone.now()
    words = {"time": timezone.localtime(now).strftime("%Y-%m-%d %H:%M:%S")}
    try:
        apart = abs((_database_time() - now).total_seconds())
        newest = max(_last_moment(model) or now for model in (TaskLog, ChangeLog))
    except DatabaseError:
        return
    if newest > now:
        yield Finding(Level.WRONG, _("It says %(time)s, but the log has entries of later. Set it right.") % words)
    elif apart > MAX_SECONDS_APART:
        yield Finding(Level.WRONG, _("It says %(time)s, and the database's says another time. Set both.") % words)
    else:
        yield Finding(Level.FINE, _("It says %(time)s in Beijing.") % words)
    if not is_announced(now.year):
        sentence = _("The public holidays of %(year)s are not known. Enter them under “Working days”.")
        yield Finding(Level.NOTE, sentence % {"year": now.year})


def _database_time() -> datetime.datetime:
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _last_moment(model: type[TaskLog | ChangeLog]) -> datetime.datetime | None:
    return model._default_manager.aggregate(last=Max("recorded_at"))["last"]


def _documents() -> Iterator[Finding]:
    if converter := find_converter():
        yield Finding(Level.FINE, _("LibreOffice (%(path)s) reads .doc and .wps.") % {"path": converter})
    else:
        sentence = _(
            "Without LibreOffice no .doc and no .wps is read: install libreoffice-writer, with containers by OFFICE=1."
        )
        yield Finding(Level.NOTE, sentence)


def _scans() -> Iterator[Finding]:
    if not is_recognition_installed():
        yield Finding(
            Level.NOTE, _("What reads scans and photographs is not installed (docs/operations.md, Reading scans).")
        )
    elif not _has_chinese_font():
        # A PDF may name fonts that it does not hold; its pages are drawn before they are read.
        yield Finding(
            Level.NOTE, _("No Chinese font is installed, which some PDFs want: install fonts-noto-cjk and fontconfig.")
        )
    else:
        yield Finding(Level.FINE, _("Scans and photographs are read."))


def _has_chinese_font() -> bool:
    if (program := shutil.which("fc-list")) is None:
        return False
    return bool(subprocess.run([program, ":lang=zh"], capture_output=True, check=False).stdout.strip())  # nosec B603 # a fixed program, no shell


_PARTS: tuple[tuple[StrOrPromise, Callable[[], Iterator[Finding]]], ...] = (
    (gettext_lazy("Settings"), _settings),
    (gettext_lazy("Database"), _database),
    (gettext_lazy("Tables"), _tables),
    (gettext_lazy("Static files"), _static_files),
    (gettext_lazy("Mail"), _mail),
    (gettext_lazy("Worker"), _worker),
    (gettext_lazy("Night"), _night),
    (gettext_lazy("Disk"), _disk),
    (gettext_lazy("Clock"), _clock),
    (gettext_lazy("Documents"), _documents),
    (gettext_lazy("Scans"), _scans),
)

"""The server's log: lines of JSON, with ids in place of names.

Nothing of what people typed is logged. The secret address of a person's calendar stands in no log of any process.
"""

import copy
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

# What a line may hold. Whatever else a library adds to its records (Django, the request) stays out.
FIELDS = (
    *("time", "level", "logger", "message", "request_id", "job_id", "account_id"),
    *("method", "view", "status", "duration_ms", "error", "traceback"),
)

_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)
_CALENDAR = re.compile(r"(/calendar/)[^\s\"'?]+")


def logging_config(*, is_json: bool) -> dict[str, Any]:
    """Return the configuration of Python's logging, for Django and for gunicorn."""
    lines: dict[str, Any] = {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    if is_json:
        lines = {"()": "cnas_tasks.logs.LineFormatter"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": lines},
        "filters": {"context": {"()": "cnas_tasks.logs.ContextFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["context"]}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # Everything goes the one way; Django would print what it has to say a second time.
            "django": {"handlers": [], "propagate": True},
            # The line of each request is ours (meetings.middleware), and holds no address.
            "django.server": {"handlers": [], "level": "CRITICAL"},
            # It names who failed to sign in; `meetings.accounts.sign_in_log` logs that without a name.
            "axes": {"level": "ERROR"},
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }


class LineFormatter(JsonFormatter):
    """Makes a line of JSON; an exception has its kind and place, not its words.

    A database quotes the row that it refuses, Python what was no number: what people typed. A warning likewise; and
    Django and gunicorn name the address of a request that failed, or quote what they could not read.
    """

    # The beginnings of gunicorn's sentences, what follows is of the request.
    ABOUT_REQUESTS = re.compile("Invalid request|Error handling request")
    WARNING_PLACE = re.compile(r".*?:\d+: \w+")

    def __init__(self) -> None:
        super().__init__(
            "levelname,name,message",
            style=",",
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with what a library quotes left out."""
        words = None
        if isinstance(record.msg, BaseException):
            words = describe(record.msg)
        elif record.name == "gunicorn.error" and (about := self.ABOUT_REQUESTS.match(str(record.msg))):
            words = about[0]
        elif record.name == "py.warnings" and (place := self.WARNING_PLACE.match(record.getMessage())):
            words = place[0]
        elif record.name == "django.request" and record.exc_info and isinstance(record.args, tuple):
            words = str(record.args[0])
        if words is not None:
            record = copy.copy(record)
            record.msg, record.args = words, None
            # gunicorn says it where it has caught what is wrong with the request.
            if record.exc_info is None and (error := sys.exc_info()[1]):
                vars(record)["error"] = describe(error)
        return super().format(record)

    def process_log_record(self, log_data: LogData) -> LogData:
        """Return the fields that a line may hold, in their order."""
        return {name: log_data[name] for name in FIELDS if log_data.get(name) is not None}

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is Python's
        """Return the lines of code that led to an exception, and its kind."""
        parts: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            parts.insert(0, "".join(traceback.format_tb(error.__traceback__)) + describe(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\n".join(parts)


def describe(error: BaseException) -> str:
    """Return the kind of an error, with its number where it has one."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    numbers = (getattr(error, name, None) for name in ("errno", "sqlite_errorname", "sqlstate", "smtp_code"))
    return " ".join([kind, *(str(number) for number in numbers if number)])


def code_lines(words: bytes) -> str:
    """Return where another process failed, and at what kind of error.

    What else it printed may be of the document that it read.
    """
    lines = words.decode(errors="replace").splitlines()
    places = [line.strip() for line in lines if line.startswith('  File "')]
    kinds = [match[0] for line in lines if (match := re.match(r"[A-Za-z_.]+(?=:|$)", line))]
    return " | ".join([*places[-5:], *kinds[-1:]])


class ContextFilter(logging.Filter):
    """Adds to each record which request or job it is of, and whose.

    What Django logs of a request that was refused is the reason of its line, not a line of its own.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Fill the fields; refuse what the line of the request says."""
        context = _context.get() or {}
        status = getattr(record, "status_code", None) if record.name.startswith("django.") else None
        if status is not None and (status < 500 or not record.exc_info):
            context.setdefault("error", _reason(record))
            return False
        vars(record).update({name: value for name, value in context.items() if name not in vars(record)})
        return True


def _reason(record: logging.LogRecord) -> str | None:
    """Return why a request was refused, without its address."""
    if record.exc_info and record.exc_info[1]:
        return describe(record.exc_info[1])
    if record.name == "django.security.csrf" and isinstance(record.args, tuple):
        # It may name the page that a form came from, with what was looked for there.
        return re.sub(r"\?\S*", "", str(record.args[0]))
    return None


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Give ``fields`` to whatever is logged inside."""
    token = _context.set(fields)
    try:
        yield
    finally:
        _context.reset(token)


def add_to_log_context(**fields: Any) -> None:
    """Give ``fields`` to what is logged from now on in this request or job."""
    context = _context.get()
    if context is not None:
        context.update(fields)


def log_what_nobody_catches() -> None:
    """Let a process's last words, and its warnings, be lines like all others."""

    def log(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            logging.getLogger("register").critical("Nobody caught what went wrong.", exc_info=(kind, error, place))
        else:
            # Ctrl+C.
            sys.__excepthook__(kind, error, place)

    def log_of_thread(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            log(given.exc_type, given.exc_value, given.exc_traceback)

    sys.excepthook, threading.excepthook = log, log_of_thread
    logging.captureWarnings(True)


def keep_secrets_out() -> None:
    """Let no record of any logger hold the secret of a calendar.

    Others write addresses where they are told to (gunicorn's access log), and Django where a page fails.
    """
    make_record = logging.getLogRecordFactory()

    def make_masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        if "/calendar/" in f"{record.msg}{record.args}":
            record.msg, record.args = _CALENDAR.sub(r"\1***", record.getMessage()), None
        return record

    logging.setLogRecordFactory(make_masked_record)

"""What must not stand in a log: the secret address of a person's calendar."""

import logging
import re
from typing import Any

_CALENDAR = re.compile(r"(/calendar/)[^\s\"'?]+")


def keep_secrets_out() -> None:
    """Let no record of any logger hold the secret of a calendar.

    Many write addresses: gunicorn's access log, `runserver`, and Django wherever an answer is an error.
    """
    make_record = logging.getLogRecordFactory()

    def make_masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        if "/calendar/" in f"{record.msg}{record.args}":
            record.msg, record.args = _CALENDAR.sub(r"\1***", record.getMessage()), None
        return record

    logging.setLogRecordFactory(make_masked_record)

"""The project's commands where there is no manage.py: `python -m cnas_tasks help`."""

import io
import os
import select
import sys


def main() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        # What a console in another character set (GBK) does not know shall not end a command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from cnas_tasks.logs import log_what_nobody_catches

    try:
        settings.BASE_DIR  # noqa: B018 - the first look reads them all
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if not settings.DEBUG:
        log_what_nobody_catches()
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        # Whose own commands of Django would end in lines of code: `migrate` is the first that a person types.
        from meetings.faults import describe_failure

        sentence = describe_failure(error)
        if sentence is None or settings.DEBUG:
            raise
        sys.exit(f"CommandError: {sentence}")
    except BrokenPipeError:
        if not _nobody_reads():
            raise
        # What is still to be said goes nowhere, instead of failing on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _nobody_reads() -> bool:
    """Return whether the reader of the output has gone, as in `… | head`."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


if __name__ == "__main__":
    main()

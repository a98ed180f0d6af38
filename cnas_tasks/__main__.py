"""The project's commands where there is no manage.py: `python -m cnas_tasks help`."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from cnas_tasks.logs import log_what_nobody_catches

    try:
        settings.BASE_DIR  # noqa: B018 - the first look reads them all
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if not settings.DEBUG:
        log_what_nobody_catches()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

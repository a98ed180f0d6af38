#!/usr/bin/env python
"""The project's commands: `.venv/bin/python manage.py help`."""

import os
import sys

if __name__ == "__main__":
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

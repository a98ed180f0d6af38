#!/usr/bin/env python
"""The project's commands: `.venv/bin/python manage.py help`."""

from cnas_tasks.__main__ import main

if __name__ == "__main__":
    main()

"""Moved to `meetings.models.workbook`; migration 0001 imports it from here."""

from .workbook import workbook_path as kept_under  # noqa: F401  # for the migration

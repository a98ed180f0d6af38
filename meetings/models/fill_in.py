"""The module that migration 0001 names; everything is in `meetings.models.workbook`."""

from .workbook import workbook_path as kept_under

__all__ = ["kept_under"]

"""Moved to `meetings.models.minutes`; migration 0001 imports it from here."""

from .minutes import minutes_path as kept_under  # noqa: F401  # for the migration

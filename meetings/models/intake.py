"""The module that migration 0001 names; everything is in `meetings.models.minutes`."""

from .minutes import minutes_path as kept_under

__all__ = ["kept_under"]

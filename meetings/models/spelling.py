"""The module that migration 0001 names; everything is in `meetings.models.fields`."""

from .fields import PinyinField as SpellingField  # noqa: F401  # for the migration

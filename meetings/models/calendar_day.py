"""Days off and make-up workdays that an administrator entered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day of a public holiday's notice, for a year not published yet.

    The State Council's notice names it, and the installed chinesecalendar does not know the year. It is a day off, or
    works although it is in a weekend. All other days of such a year are those of the week (`meetings.core.workdays`).
    """

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("working day"))

    class Meta:
        verbose_name = _("day of the working calendar")
        verbose_name_plural = _("days of the working calendar")
        ordering = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()

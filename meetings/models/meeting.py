"""会议: meetings as their minutes describe them, with attendees and aspects."""

from __future__ import annotations

import datetime
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.core.text import narrow_letters

from .fields import PinyinField, optional_reference
from .natural_keys import NaturalKeyModel, NaturalKeyQuerySet, PrintedPart
from .organisation import Person, count_rows
from .text_search import contains_word


class MeetingQuerySet(NaturalKeyQuerySet["Meeting"]):
    def issued_by(self, day: datetime.date) -> MeetingQuerySet:
        """Return the meetings whose minutes were issued by ``day`` (Asia/Shanghai)."""
        return self.filter(issued_on__lte=day)

    def matching(self, search_text: str) -> Self:
        """Return those whose title, number, pinyin or initials contain all words."""
        condition = Q()
        for word in search_text.split():
            holds = contains_word(word, "title", "document_number")
            condition &= holds | Q(spelling__contains=narrow_letters(word).lower())
        return self.filter(condition)

    def with_counts(self) -> Self:
        """Annotate ``suggestion_count`` and ``task_count``, each by a subquery."""
        suggestions, tasks = (apps.get_model("meetings", name).objects for name in ("Suggestion", "Task"))
        return self.annotate(
            suggestion_count=count_rows(suggestions.all(), "meeting"),
            task_count=count_rows(tasks.filter(joined_into__isnull=True), "meeting"),
        )


class Meeting(NaturalKeyModel):
    """One meeting and the notice that issued its minutes."""

    # Not the document number: minutes may have none.
    NATURAL_KEY = ("title", "issued_on")

    title = models.CharField(_("title"), max_length=200)
    body = models.CharField(_("body"), max_length=200, blank=True, help_text=_("The committee that met."))
    breakdown_title = models.CharField(_("title of the breakdown table"), max_length=200, blank=True)
    document_number = models.CharField(_("document number"), max_length=100, blank=True)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    issued_on = models.DateField(_("issued on"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    host = models.CharField(_("host"), max_length=200, blank=True)
    chair = optional_reference(Person, _("chair"), "chaired")
    overall_lead = optional_reference(Person, _("overall lead"), "led_overall")
    leads: models.ManyToManyField[Person, MeetingLead] = models.ManyToManyField(
        Person, verbose_name=_("leads"), through="MeetingLead", blank=True, related_name="led_meetings"
    )
    attendees: models.ManyToManyField[Person, Attendance] = models.ManyToManyField(
        Person, verbose_name=_("attendees"), through="Attendance", blank=True, related_name="attended"
    )
    leader_agrees_before_closure = models.BooleanField(
        _("a supervising leader agrees before a task is closed"), default=False
    )
    # Set at insertion; a trigger refuses changes. The log of a demonstration may be deleted, so no real meeting may
    # ever become one.
    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)
    acknowledgement_asked_on = models.DateField(
        _("departments asked to take over"),
        null=True,
        blank=True,
        help_text=_("Since when they are asked; without a day they count as having taken over."),
    )
    spelling = PinyinField(of="title")

    # What `MeetingQuerySet.with_counts` annotates.
    suggestion_count: int
    task_count: int

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="meeting_title_and_issue_day", fields=["title", "issued_on"]),
            models.UniqueConstraint(
                name="meeting_document_number", fields=["document_number"], condition=~Q(document_number="")
            ),
            models.CheckConstraint(
                name="meeting_held_before_issued",
                condition=Q(held_on__isnull=True) | Q(held_on__lte=F("issued_on")),
                violation_error_message=_("Minutes cannot be issued before the meeting was held."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting_detail", args=[self.pk])


class PersonAtMeeting(PrintedPart):
    """One of the people that the minutes name, in printed order."""

    NATURAL_KEY = ("meeting__title", "meeting__issued_on", "position")

    person: models.ForeignKey[Person, Person]

    class Meta(PrintedPart.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.person)


class MeetingLead(PersonAtMeeting):
    """具体分工负责人: one of the leaders the annex divides the work among, in printed order."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="meeting_leads")
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT)

    class Meta(PersonAtMeeting.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(name="meeting_lead_position", fields=["meeting", "position"]),
            models.UniqueConstraint(name="meeting_lead_once", fields=["meeting", "person"]),
        ]


class Attendance(PersonAtMeeting):
    """A person's attendance at a meeting, in the capacity printed beside the name."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="attendances")
    capacity = models.CharField(_("capacity"), max_length=200, blank=True)

    class Meta(PersonAtMeeting.Meta):
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(name="attendance_position", fields=["meeting", "position"]),
            models.UniqueConstraint(name="attendance_once", fields=["meeting", "person"]),
        ]


class Aspect(NaturalKeyModel):
    """讲话要点: what several suggestions of a meeting have in common."""

    NATURAL_KEY = ("meeting__title", "meeting__issued_on", "position")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="aspects")
    position = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("aspect"), max_length=500)

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("aspect")
        verbose_name_plural = _("aspects")
        ordering = ["meeting", "position"]
        constraints = [models.UniqueConstraint(name="aspect_position", fields=["meeting", "position"])]

    def __str__(self) -> str:
        return self.title

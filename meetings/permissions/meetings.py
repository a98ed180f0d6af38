"""Permissions on meetings, the rows of their tables, documents and drafts."""

import datetime

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from meetings.models import Account, Meeting, MinutesDocument, Person, Suggestion, SuggestionSource
from meetings.models.meeting import MeetingQuerySet
from meetings.models.minutes import MinutesDocumentQuerySet
from meetings.models.natural_keys import NaturalKeyQuerySet
from meetings.models.organisation import PersonQuerySet

from .roles import is_secretariat, require_organisation_manager, require_secretariat


def readable_meetings(account: Account, day: datetime.date) -> MeetingQuerySet:
    """Return the meetings ``account`` may read that were issued by ``day``."""
    return Meeting.objects.issued_by(day) if account.is_authenticated else Meeting.objects.none()


def readable_meeting(account: Account, pk: int, day: datetime.date) -> Meeting:
    """Return the meeting; raises Http404 where there was none on ``day``."""
    return get_object_or_404(readable_meetings(account, day).select_related("chair", "overall_lead"), pk=pk)


def editable_meeting(account: Account, pk: int, day: datetime.date) -> Meeting:
    """Return the meeting for changing its settings; raises PermissionDenied."""
    require_secretariat(account)
    return readable_meeting(account, pk, day)


def require_no_other_meeting(account: Account, pk: int) -> None:
    """Allow removing the demonstration, even a removed one; raises Http404 for others."""
    require_organisation_manager(account)
    if Meeting.objects.filter(pk=pk, is_demonstration=False).exists():
        raise Http404


def editable_suggestion(account: Account, pk: int) -> Suggestion:
    """Return the suggestion for correcting it; raises PermissionDenied or Http404."""
    require_secretariat(account)
    return get_object_or_404(Suggestion.objects.select_related("meeting", "aspect"), pk=pk)


def readable_suggestions(account: Account, day: datetime.date) -> NaturalKeyQuerySet[Suggestion]:
    """Return the suggestions of the meetings that were issued by ``day``."""
    rows = Suggestion.objects.filter(meeting__in=readable_meetings(account, day))
    return rows.select_related("meeting", "aspect", "raised_before__meeting")


def readable_suggestion(account: Account, pk: int, day: datetime.date) -> Suggestion:
    """Return the suggestion; raises Http404 where there was none on ``day``."""
    return get_object_or_404(readable_suggestions(account, day), pk=pk)


def readable_suggesters(account: Account) -> PersonQuerySet:
    """Return the people who made a suggestion, by pinyin."""
    sources = SuggestionSource.objects.filter(person=OuterRef("pk"))
    people = Person.objects.filter(Exists(sources)) if account.is_authenticated else Person.objects.none()
    return people.order_by("spelling", "name", "pk")


def linkable_suggestion(account: Account, pk: int, day: datetime.date) -> Suggestion:
    """Return the suggestion for linking an earlier one; raises PermissionDenied."""
    require_secretariat(account)
    rows = Suggestion.objects.select_related("meeting", "raised_before__meeting")
    return get_object_or_404(rows.filter(meeting__issued_on__lte=day), pk=pk)


def own_drafts(account: Account) -> MinutesDocumentQuerySet:
    """Return the account's open drafts, the newest first; others have none."""
    return MinutesDocument.objects.drafts_of(account) if is_secretariat(account) else MinutesDocument.objects.none()


def writable_draft(account: Account, pk: int) -> MinutesDocument:
    """Return the account's own draft; raises PermissionDenied or Http404."""
    require_secretariat(account)
    documents = MinutesDocument.objects.select_related("meeting", "scan").defer("scan__recognised")
    return get_object_or_404(documents, pk=pk, uploaded_by=account)


def readable_documents(account: Account) -> MinutesDocumentQuerySet:
    """Return the files that meetings were made of; drafts are their owners' alone."""
    return MinutesDocument.objects.accepted() if account.is_authenticated else MinutesDocument.objects.none()


def readable_document(account: Account, pk: int) -> MinutesDocument:
    """Return an accepted file or the account's own draft; raises Http404 for others."""
    mine = own_drafts(account).select_related("meeting").filter(pk=pk).first()
    return mine or get_object_or_404(readable_documents(account).select_related("meeting"), pk=pk)

"""A meeting entered or corrected by hand: what its minutes say around the table."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.errors import ImpossibleDay, Incomplete, NothingDiffers
from meetings.models import Account, Attendance, ChangeKind, EntryKind, Meeting, MeetingLead, Person, Task
from meetings.tasks.services.log import iso, write_entry, written_day
from meetings.tasks.services.validators import require_secretariat, required_reason

from .meeting_settings import record_next_meeting
from .ordering import changed, digest, log_of_meeting, require_seen

MEETING_TEXTS = ("title", "body", "breakdown_title", "document_number", "place", "host")


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What minutes say around the table. Days are calendar days; ``attendees`` are pairs of person and capacity."""

    title: str
    issued_on: datetime.date
    body: str = ""
    breakdown_title: str = ""
    document_number: str = ""
    held_on: datetime.date | None = None
    place: str = ""
    host: str = ""
    chair: Person | None = None
    overall_lead: Person | None = None
    leads: Sequence[Person] = ()
    attendees: Sequence[tuple[Person, str]] = ()


def facts_of(meeting: Meeting) -> MeetingFacts:
    """Return what the register says around the table. Two queries, and one for each of chair and lead."""
    return MeetingFacts(
        **{name: getattr(meeting, name) for name in MEETING_TEXTS},
        held_on=meeting.held_on,
        issued_on=meeting.issued_on,
        chair=meeting.chair,
        overall_lead=meeting.overall_lead,
        leads=tuple(lead.person for lead in meeting.meeting_leads.select_related("person")),
        attendees=tuple(
            (attendance.person, attendance.capacity) for attendance in meeting.attendances.select_related("person")
        ),
    )


def seen_of_facts(meeting: Meeting) -> str:
    """Return the name of what the form of a meeting shows."""
    return digest(_written(facts_of(meeting)))


@transaction.atomic
def create_meeting(*, facts: MeetingFacts, actor: Account, today: datetime.date | None = None) -> Meeting:
    """Enter a meeting by hand; its table is empty. Raises a subclass of Refused.

    What earlier meetings of its body want done by their next one gets its day (DESIGN.md, Deadlines).
    """
    require_secretariat(actor)
    _check(facts, today or timezone.localdate())
    meeting = Meeting(**_columns(facts))
    meeting.save()
    _replace_people(meeting, facts)
    written = {name: value for name, value in _written(facts).items() if value}
    changes = changed({name: (None, value) for name, value in written.items()})
    log_of_meeting(meeting, kind=ChangeKind.ENTERED, actor=actor, changes=changes)
    end_the_wait_for(meeting)
    return meeting


@transaction.atomic
def edit_meeting(
    *,
    meeting_id: int,
    facts: MeetingFacts,
    reason: str,
    actor: Account,
    seen: str | None = None,
    today: datetime.date | None = None,
) -> Meeting:
    """Correct what the register says of a meeting. Raises a subclass of Refused; Outdated where ``seen`` is no more.

    The tasks of a meeting count from its issue day, and what the log says of a day is never taken back. So an earlier
    day puts an entry in front of each task's first; a later one is refused once there are tasks. Deadlines keep the
    meaning they were entered with.
    """
    require_secretariat(actor)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("chair", "overall_lead").get(pk=meeting_id)
    require_seen(seen, seen_of_facts(meeting))
    reason = required_reason(reason)
    _check(facts, today or timezone.localdate(), besides=meeting)
    old, new = _written(facts_of(meeting)), _written(facts)
    changes = changed({name: (old[name], new[name]) for name in old})
    if not changes:
        raise NothingDiffers
    first_held = meeting.held_on is None and facts.held_on is not None
    tasks = list(Task.objects.standing().select_for_update(of=("self",)).filter(suggestion__meeting=meeting))
    if facts.issued_on > meeting.issued_on and tasks:
        raise ImpossibleDay(
            _("The tasks of this meeting are in the register from %(day)s on, so it cannot be issued later than that.")
            % {"day": written_day(meeting.issued_on)},
            field="issued_on",
        )
    is_earlier = facts.issued_on < meeting.issued_on
    for name, value in _columns(facts).items():
        setattr(meeting, name, value)
    meeting.save()
    _replace_people(meeting, facts)
    log_of_meeting(meeting, kind=ChangeKind.CORRECTED, actor=actor, changes=changes, note=reason)
    for task in tasks if is_earlier else ():
        _begin_earlier(task, facts.issued_on, old["issued_on"], actor=actor, reason=reason)
    if first_held:
        end_the_wait_for(meeting)
    return meeting


def _begin_earlier(task: Task, day: datetime.date, old: str, *, actor: Account, reason: str) -> None:
    """Let ``task`` stand in the register from ``day`` on, as it was entered."""
    entered = task.log.get(sequence=1).changes
    changes = {**entered, "issued_on": {"old": old, "new": iso(day)}}
    write_entry(task, actor=actor, kind=EntryKind.ARRANGED, effective_on=day, changes=changes, note=reason)


def end_the_wait_for(meeting: Meeting) -> None:
    """Give the day of ``meeting`` to what its body's earlier meetings wanted done by their next one."""
    if not meeting.body or meeting.held_on is None:
        return
    earlier = Meeting.objects.filter(body=meeting.body, held_on__lt=meeting.held_on).order_by("-held_on").first()
    if earlier is not None:
        record_next_meeting(meeting_id=earlier.pk, held_on=meeting.held_on, actor=None)


def _check(facts: MeetingFacts, today: datetime.date, besides: Meeting | None = None) -> None:
    if not facts.title.strip():
        raise Incomplete(_("The meeting has no title. Enter one."), field="title")
    if facts.issued_on is None:
        raise Incomplete(_("Say on which day the minutes were issued."), field="issued_on")
    if facts.issued_on > today:
        raise ImpossibleDay(
            _("The minutes are issued on %(day)s, which is still to come. Enter the meeting on that day.")
            % {"day": written_day(facts.issued_on)},
            field="issued_on",
        )
    if facts.held_on and facts.held_on > facts.issued_on:
        raise ImpossibleDay(
            _("Minutes cannot be issued before the meeting was held. Mend one of the days."), field="held_on"
        )
    for name in MEETING_TEXTS:
        longest = Meeting._meta.get_field(name).max_length
        if len(getattr(facts, name)) > longest:
            raise Incomplete(
                _("This is longer than %(longest)d characters. Shorten it.") % {"longest": longest}, field=name
            )
    others = Meeting.objects.exclude(pk=besides.pk) if besides else Meeting.objects.all()
    if facts.document_number and others.filter(document_number=facts.document_number).exists():
        raise Incomplete(_("A meeting with this document number is in the register already."), field="document_number")
    if others.filter(title=facts.title, issued_on=facts.issued_on).exists():
        raise Incomplete(_("A meeting of this title and issue day is in the register already."), field="title")


def _columns(facts: MeetingFacts) -> Mapping[str, object]:
    names = (*MEETING_TEXTS, "held_on", "issued_on", "chair", "overall_lead")
    return {name: getattr(facts, name) for name in names}


def _replace_people(meeting: Meeting, facts: MeetingFacts) -> None:
    meeting.meeting_leads.all().delete()
    meeting.attendances.all().delete()
    MeetingLead.objects.bulk_create(
        MeetingLead(meeting=meeting, person=person, position=position)
        for position, person in enumerate(dict.fromkeys(facts.leads), start=1)
    )
    capacities: dict[Person, str] = {}
    for person, capacity in facts.attendees:
        capacities.setdefault(person, capacity)
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, person=person, capacity=capacity, position=position)
        for position, (person, capacity) in enumerate(capacities.items(), start=1)
    )


def _written(facts: MeetingFacts) -> dict[str, object]:
    """Return the facts as the change log holds them."""
    return {
        **{name: getattr(facts, name) for name in MEETING_TEXTS},
        "held_on": iso(facts.held_on),
        "issued_on": iso(facts.issued_on),
        "chair": str(facts.chair or ""),
        "overall_lead": str(facts.overall_lead or ""),
        "leads": [str(person) for person in dict.fromkeys(facts.leads)],
        "attendees": [{"name": str(person), "capacity": capacity} for person, capacity in facts.attendees],
    }

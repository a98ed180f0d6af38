"""The aspects of a breakdown table: added, renamed, moved and removed."""

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.breakdown.services.ordering import assign_positions, lock_table, ordered_suggestions, swap_with_neighbour
from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.models import Account, Aspect, ChangeKind, Meeting, Suggestion
from meetings.models.fields import max_length_of
from meetings.permissions import require_secretariat
from meetings.tasks.services.log import diff_values, log_change
from meetings.tasks.services.validators import clean_reason

MAX_ASPECT_LENGTH = max_length_of(Aspect, "title")


@transaction.atomic
def add_aspect(*, meeting_id: int, title: str, actor: Account, version_token: str | None = None) -> Aspect:
    """Add an aspect at the end of the table. Raises a subclass of ServiceError."""
    require_secretariat(actor)
    meeting = lock_table(meeting_id, version_token)
    title = _clean_aspect_title(meeting, title)
    aspect = Aspect.objects.create(meeting=meeting, title=title, position=meeting.aspects.count() + 1)
    log_change(
        meeting, kind=ChangeKind.ENTERED, actor=actor, changes=diff_values({"aspect": (None, aspect_label(aspect))})
    )
    return aspect


@transaction.atomic
def rename_aspect(
    *, aspect_id: int, title: str, reason: str, actor: Account, version_token: str | None = None
) -> Aspect:
    """Correct an aspect's title. Raises a subclass of ServiceError."""
    require_secretariat(actor)
    aspect = Aspect.objects.select_related("meeting").get(pk=aspect_id)
    meeting = lock_table(aspect.meeting_id, version_token)
    reason = clean_reason(reason)
    old = aspect_label(aspect)
    aspect.title = _clean_aspect_title(meeting, title, exclude=aspect)
    aspect.save()
    changes = diff_values({"aspect": (old, aspect_label(aspect))})
    if not changes:
        raise NoChangesError
    log_change(meeting, kind=ChangeKind.CORRECTED, actor=actor, changes=changes, note=reason)
    return aspect


@transaction.atomic
def move_aspect(*, aspect_id: int, up: bool, actor: Account, version_token: str | None = None) -> None:
    """Exchange an aspect, with its rows and number, with the one above or below."""
    require_secretariat(actor)
    meeting = lock_table(Aspect.objects.values_list("meeting_id", flat=True).get(pk=aspect_id), version_token)
    aspects = list(meeting.aspects.order_by("position"))
    swapped, aspect, neighbour = swap_with_neighbour(aspects, aspect_id, up)
    place = aspect.position
    # The rows of an aspect come together where its first one stands; one without an aspect stands by itself.
    units: dict[Aspect | Suggestion, list[Suggestion]] = {}
    for row in ordered_suggestions(meeting):
        units.setdefault(row.aspect or row, []).append(row)
    order = list(units)
    if aspect in units and neighbour in units:
        at, other = order.index(aspect), order.index(neighbour)
        order[at], order[other] = neighbour, aspect
    assign_positions(swapped, "position")
    assign_positions([row for unit in order for row in units[unit]], "position")
    changes = diff_values({"place_in_table": (place, aspect.position)})
    log_change(meeting, kind=ChangeKind.ARRANGED, actor=actor, changes=changes, part=aspect.title)


@transaction.atomic
def remove_aspect(*, aspect_id: int, actor: Account, version_token: str | None = None) -> None:
    """Remove an aspect. Raises InvalidTransitionError while it has suggestions."""
    require_secretariat(actor)
    aspect = Aspect.objects.select_related("meeting").get(pk=aspect_id)
    meeting = lock_table(aspect.meeting_id, version_token)
    if aspect.suggestions.exists():
        raise InvalidTransitionError(_("This aspect has suggestions. Move them to another aspect first."))
    changes = diff_values({"aspect": (aspect_label(aspect), None)})
    aspect.delete()
    assign_positions(list(meeting.aspects.order_by("position")), "position")
    log_change(meeting, kind=ChangeKind.REMOVED, actor=actor, changes=changes)


def _clean_aspect_title(meeting: Meeting, title: str, exclude: Aspect | None = None) -> str:
    title = title.strip()
    if not title:
        raise InvalidInputError(_("Write what the aspect is."), field="title")
    if len(title) > MAX_ASPECT_LENGTH:
        raise InvalidInputError(
            _("The aspect is longer than %(longest)d characters. Shorten it.") % {"longest": MAX_ASPECT_LENGTH},
            field="title",
        )
    others = meeting.aspects.exclude(pk=exclude.pk) if exclude else meeting.aspects.all()
    if others.filter(title=title).exists():
        raise InvalidInputError(_("The meeting has this aspect already."), field="title")
    return title


def aspect_label(aspect: Aspect | None) -> str:
    """Return the aspect as the logs name it, with its printed number."""
    return f"{aspect.position}. {aspect.title}" if aspect else ""


def get_or_create_aspect(meeting: Meeting, title: str, *, actor: Account) -> Aspect | None:
    """Return the meeting's aspect of this title, created if new; None for no title."""
    if not title.strip():
        return None
    existing = meeting.aspects.filter(title=title.strip()).first()
    return existing or add_aspect(meeting_id=meeting.pk, title=title, actor=actor)

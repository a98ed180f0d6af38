"""Links from suggestions to the earlier ones they come back to."""

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.breakdown.comparison import earlier_suggestions
from meetings.errors import InvalidTransitionError, NoChangesError
from meetings.locking import check_version
from meetings.models import Account, Suggestion
from meetings.permissions import require_secretariat

from .ordering import log_suggestion_change


@transaction.atomic
def link_earlier_suggestion(
    *, suggestion_id: int, earlier_id: int | None, actor: Account, expected_earlier_id: int | None, note: str = ""
) -> Suggestion:
    """Link a suggestion to an earlier one, or to none (``earlier_id`` None).

    ``expected_earlier_id`` is the earlier one the form showed. Each task of the suggestion gets an entry, effective
    today. Raises a subclass of ServiceError: ConflictError where somebody else has linked it meanwhile, among others.
    """
    require_secretariat(actor)
    rows = Suggestion.objects.select_for_update(of=("self",)).select_related("meeting", "raised_before__meeting")
    suggestion = rows.get(pk=suggestion_id)
    # No link is 0, as a form that showed none says.
    check_version(expected_earlier_id or 0, suggestion.raised_before_id or 0)
    if suggestion.raised_before_id == earlier_id:
        raise NoChangesError()
    earlier = None
    if earlier_id is not None:
        earlier = earlier_suggestions(suggestion).select_related("meeting").filter(pk=earlier_id).first()
        if earlier is None:
            raise InvalidTransitionError(
                _("A suggestion comes back to one of a meeting before its own. Choose another one."), field="earlier"
            )
    old = suggestion.raised_before
    suggestion.raised_before = earlier
    suggestion.save(update_fields=["raised_before"])
    change = {"old": old and describe_suggestion(old), "new": earlier and describe_suggestion(earlier)}
    log_suggestion_change(suggestion, actor=actor, changes={"raised_before": change}, note=note)
    return suggestion


def describe_suggestion(suggestion: Suggestion) -> str:
    """Return the log's name of a suggestion: its meeting, number and text."""
    return _("%(meeting)s, no. %(number)d: %(text)s") % {
        "meeting": suggestion.meeting.title,
        "number": suggestion.number or suggestion.position,
        "text": suggestion.text,
    }

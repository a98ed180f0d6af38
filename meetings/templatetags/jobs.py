"""What templates say about jobs."""

from django import template
from django.template import Context
from django.utils.translation import gettext as _

from meetings.display.fields import format_moment, join_sentences
from meetings.jobs import heartbeat
from meetings.models import Role

register = template.Library()


@register.simple_tag(takes_context=True)
def worker_alert(context: Context) -> str:
    """Return what to say while no worker was seen for a minute; empty while one is.

    Whether something waits at the moment or not: what comes will.
    """
    if heartbeat.is_any_alive():
        return ""
    seen = heartbeat.last_seen()
    if seen is None:
        missing = _("No worker has been seen: mails and messages wait until one runs.")
    else:
        missing = _("The worker was last seen on %(when)s: mails and messages wait until one runs.") % {
            "when": format_moment(seen)
        }
    is_own_work = context["request"].user.role == Role.ADMINISTRATOR
    start = (
        _("Start one: systemctl start register-worker, or docker compose up --detach worker.")
        if is_own_work
        else _("An administrator starts one.")
    )
    return join_sentences([missing, start])

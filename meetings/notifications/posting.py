"""Posting to other systems: once, following no redirect, answers in words."""

from collections.abc import Callable
from typing import Any

import requests
from django.utils.translation import gettext as _

from meetings.models import MailState
from meetings.models.notification import PostedMessage, PostedQuerySet

from .delivery import LEASE, DeliveryError


class RefusedError(Exception):
    """Raised where a message was not taken; its text holds no secret."""


def problem_of_answer(answer: requests.Response | None, problem: Exception | None) -> str:
    """Say why what was posted was not taken; empty where it was."""
    if answer is None:
        if isinstance(problem, requests.Timeout):
            return _("There was no answer in time.")
        if isinstance(problem, requests.exceptions.SSLError):
            return _("Its certificate is not valid.")
        return _("It cannot be reached.")
    if answer.is_redirect:  # with another address
        return _("It answered with another address (HTTP %(status)d), which is not followed.") % {
            "status": answer.status_code
        }
    if answer.status_code not in range(200, 300):
        return _("It answered with HTTP %(status)d.") % {"status": answer.status_code}
    return ""


def post_once(messages: PostedQuerySet[Any], pk: int, post: Callable[[Any], str | None]) -> None:
    """Claim a message and ``post`` it, unless that was done or it is gone.

    ``post`` returns what was answered, or None where there is nothing to say any more. Raises DeliveryError where it
    was not taken: the job is tried again.
    """
    claim = messages.claim(pk, LEASE)
    if claim is None:
        if messages.filter(pk=pk, state=MailState.CLAIMED).exists():
            raise DeliveryError(_("The message is being posted by another run."))
        return
    message: PostedMessage = messages.get(pk=pk)
    try:
        answer = post(message)
    except RefusedError as refusal:
        problem = str(refusal)
    except Exception as error:  # noqa: BLE001 - whatever it says may hold the address
        problem = type(error).__name__
    else:
        if answer is not None:
            messages.record_answer(claim, answer)
        else:
            messages.release(claim, "")
            messages.filter(pk=pk).give_up()
        return
    messages.release(claim, problem)
    # Outside of the handler: what went before is not told with it.
    raise DeliveryError(problem)

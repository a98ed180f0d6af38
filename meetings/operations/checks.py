"""What `manage.py check` says about this installation."""

from typing import Any

from django.core.checks import CheckMessage, Info, register
from django.utils import timezone

from meetings.core.workdays import is_announced


@register
def check_working_days(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say that this year's public holidays are not known.

    No warning, which `check --fail-level WARNING` would fail on: it comes true by the passing of time alone.
    """
    year = timezone.localdate().year
    if is_announced(year):
        return []
    return [
        Info(
            f"The public holidays of {year} are not known, so reminders go out from Monday to Friday.",
            hint="Install a newer chinesecalendar: make requirements.",
            id="meetings.I001",
        )
    ]

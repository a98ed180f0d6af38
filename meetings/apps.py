"""The one domain application of the project."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Meetings, what was suggested at them, and the register of what became of it."""

    name = "meetings"
    verbose_name = _("Register")

    def ready(self) -> None:
        """Connect receivers of signals, and set what the logs leave out."""
        from cnas_tasks.logs import keep_secrets_out

        from . import admin  # noqa: F401 - importing registers it
        from .accounts import sign_in_log  # noqa: F401 - importing connects it
        from .core.workdays import use_entered_days
        from .notifications import delivery, robot_messages, robot_services, webhooks  # noqa: F401 - importing connects them
        from .organisation.services.working_days import find_entered_days

        keep_secrets_out()
        use_entered_days(find_entered_days)

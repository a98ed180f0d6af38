"""`set_demonstration_passwords`: new passwords for the demonstration's accounts."""

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext_lazy as _

from meetings.devtools import demonstration
from meetings.devtools.demonstration import in_both_languages
from meetings.management.base import RegisterCommand


class Command(RegisterCommand):
    help = "Give each demonstration account a new random password, and print them once."

    def handle(self, **options: Any) -> None:
        passwords = demonstration.set_new_passwords()
        if not passwords:
            raise CommandError(
                in_both_languages(
                    _("There are no demonstration accounts; prepare_demonstration makes them where nobody has one.")
                )
            )
        heading = _("New passwords, shown once. The old ones and what was signed in with them have ended:")
        self.stdout.write(f"{in_both_languages(heading)}\n\n{demonstration.password_table(passwords)}")

"""`prepare_demonstration`: what `make run` puts into an empty register."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from meetings.devtools import demonstration
from meetings.devtools.demonstration import in_both_languages
from meetings.management.base import RegisterCommand

SET_PASSWORDS_COMMAND = ".venv/bin/python manage.py set_demonstration_passwords"


class Command(RegisterCommand):
    help = (
        "Load the real meeting into an empty register, make one account per role where there is no account, and an "
        "invented meeting beside the real one unless DEMONSTRATION=0."
    )

    def handle(self, **options: Any) -> None:
        if is_empty := demonstration.load_meeting_into_empty_register():
            self.stdout.write(in_both_languages(_("The real meeting has been loaded into the empty register.")))
        passwords = demonstration.create_accounts()
        if is_empty and passwords and demonstration.make_demonstration_beside_real_meeting():
            line = _("Beside it stands an invented demonstration meeting; its page removes it.")
            self.stdout.write(in_both_languages(line))
        if passwords:
            heading = in_both_languages(_("Accounts for trying out the register. These passwords are shown once:"))
            self.stdout.write(f"\n{heading}\n\n{demonstration.password_table(passwords)}\n\n")
        if passwords or demonstration.demonstration_accounts():
            self.stdout.write(in_both_languages(_("To set new passwords for the demonstration accounts:")))
            self.stdout.write(f"  {SET_PASSWORDS_COMMAND}")

"""`changepassword NAME`: Django's command, with an entry in the account's log."""

from getpass import getuser
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils.translation import gettext as _

from meetings.models import Account, ChangeKind
from meetings.tasks.services.log import log_change


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        done = super().handle(*args, **options)
        account = Account.objects.get_by_natural_key(options["username"] or getuser())
        log_change(account, kind=ChangeKind.CORRECTED, actor=None, note=_("A new password was set."))
        return done

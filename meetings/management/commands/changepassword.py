"""`changepassword NAME`: Django's command, with an entry in the account's log."""

from contextlib import ExitStack
from getpass import getuser
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Account, ChangeKind
from meetings.tasks.services.log import log_change


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with ExitStack() as self.stack:
            done = super().handle(*args, **options)
            account = Account.objects.get_by_natural_key(options["username"] or getuser())
            log_change(account, kind=ChangeKind.CORRECTED, actor=None, note=_("A new password was set."))
        return done

    def _get_pass(self, prompt: str = "Password: ") -> Any:
        # The transaction begins after the last answer: nobody waits for whoever types.
        self.stack.close()
        answer = super()._get_pass(prompt)  # type: ignore[misc]  # the stubs leave it out
        self.stack.enter_context(transaction.atomic())
        return answer

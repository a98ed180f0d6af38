"""`remove_second_factor NAME`: let an account sign in by its password alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from meetings.accounts.services.second_factors import remove_second_factors
from meetings.errors import NoChangesError
from meetings.models import Account


class Command(BaseCommand):
    help = "Remove the second factor of an account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError(_("There is no account of the name %(name)s.") % {"name": options["username"]})
        try:
            remove_second_factors(account=account, actor=None)
        except NoChangesError:
            raise CommandError(_("The account had no second factor.")) from None
        self.stdout.write(_("The second factor is removed: the password alone is enough."))

"""`send_reminders [--day DATE] [--dry-run]`: one digest a person a working day."""

import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.core.workdays import is_working_day
from meetings.management.base import RegisterCommand, parse_day_option
from meetings.notifications.delivery import DeliveryReport, send_reminders
from meetings.notifications.digest import Digest, compose_digests
from meetings.notifications.robot_messages import compose_robot_digests, enqueue_digests
from meetings.notifications.robots import describe_address


class Command(RegisterCommand):
    help = (
        "Send everybody the digest of the day, if it is a working day and there is something in it, and what could not"
        " be sent before. To be run every day; run twice, or on two machines at once, nobody gets two."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", metavar="DATE", help="the day the digests are about (2023-12-31); today if left out"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only list who would get what; write and send nothing"
        )

    def handle(self, *, day: str | None, dry_run: bool, **options: Any) -> None:
        today = parse_day_option("--day", day)
        if not is_working_day(today):
            message = _("%(day)s is not a working day: there are no new digests.")
            self.stdout.write(message % {"day": date_format(today, "DATE_FORMAT")})
        if dry_run:
            self._list_digests(today)
            return
        report = send_reminders(today)
        self._print_report(report)
        if number := enqueue_digests(today):
            self.stdout.write(_("Messages to group robots, posted by the worker: %(number)d.") % {"number": number})
        if report.problem:
            raise CommandError(
                _("The mail server cannot be reached (%(problem)s). Mails that wait for the next run: %(number)d.")
                % {"problem": report.problem, "number": report.waiting}
            )
        if report.refused:
            raise CommandError(
                _("The mail server refused %(number)d mails, the first one to %(name)s: %(reason)s")
                % {"number": len(report.refused), "name": report.refused[0][0], "reason": report.refused[0][1]}
            )

    def _list_digests(self, day: datetime.date) -> None:
        if not is_working_day(day):
            return
        for digest in compose_digests(day):
            address = digest.account.email or _("no e-mail address")
            self._list_digest(f"{digest.account} <{address}>", digest)
        for robot, digest in compose_robot_digests(day):
            self._list_digest(f"{robot} <{describe_address(robot.address)}>", digest)

    def _list_digest(self, recipient: str, digest: Digest) -> None:
        self.stdout.write(recipient)
        for section in digest.sections:
            line = _("%(heading)s: %(number)d") % {"heading": section.heading, "number": section.total}
            self.stdout.write(f"  {line}")

    def _print_report(self, report: DeliveryReport) -> None:
        self.stdout.write(_("Mails sent: %(number)d.") % {"number": len(report.sent)})
        if report.skipped:
            self.stdout.write(_("Sent before, or being sent by another run: %(number)d.") % {"number": report.skipped})
        if report.without_address:
            self.stdout.write(
                _("Without an e-mail address: %(names)s.") % {"names": _(", ").join(report.without_address)}
            )

"""Services on group robots: administrators enter and remove their addresses.

The change log names the service and the end of its secret, never the address: in a department's log, and for the robot
of all in that of who entered it.
"""

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError, NoChangesError
from meetings.models import Account, ChangeKind, Department, Robot
from meetings.organisation.services.merge import departments_merged
from meetings.permissions import require_administrator
from meetings.tasks.services.log import Changes, log_change

from .robot_messages import greet


def set_robot(*, actor: Account, department: Department | None, secret_address: str, signing_secret: str = "") -> Robot:
    """Enter the address of a department's robot, or of that for all, and greet it.

    An empty address keeps the one that is there. Raises InvalidInputError for what is no address of a robot.
    """
    from .robots import parse_address

    require_administrator(actor)
    # Where a name leads may take long to say: no other writer waits for it.
    address = parse_address(secret_address, signing_secret) if secret_address else ""
    with transaction.atomic():
        return _enter(department, address, actor)


def _enter(department: Department | None, address: str, actor: Account) -> Robot:
    from .robots import describe_address

    robot = Robot.objects.select_for_update(of=("self",)).filter(department=department).first()
    if not address:
        if robot is None:
            raise InvalidInputError(_("Paste the address of the robot."), field="secret_address")
        raise NoChangesError(field="secret_address")
    old = describe_address(robot.address) if robot else None
    if robot is None:
        robot = Robot(department=department)
    elif robot.address == address:
        raise NoChangesError(field="secret_address")
    robot.address = address
    robot.save()
    _log(robot, actor, old, describe_address(address))
    greet(robot)
    return robot


@transaction.atomic
def remove_robot(*, actor: Account, pk: int) -> None:
    """Remove a robot with its messages; one that is gone is no error."""
    from .robots import describe_address

    require_administrator(actor)
    for robot in Robot.objects.select_related("department").select_for_update(of=("self",)).filter(pk=pk):
        _log(robot, actor, describe_address(robot.address), None)
        robot.delete()


@receiver(departments_merged)
def move_robots(merged: Department, into: Department, actor: Account, note: str, **_of_signal: Any) -> None:
    """Give the robot of ``merged`` to ``into``; where that has one it is removed."""
    from .robots import describe_address

    for robot in merged.robots.select_for_update(of=("self",)):
        shown = describe_address(robot.address)
        log_change(merged, kind=ChangeKind.MERGED, actor=actor, note=note, changes=_change(shown, None))
        if into.robots.exists():
            robot.delete()
            continue
        robot.department = into
        robot.save()
        log_change(into, kind=ChangeKind.MERGED, actor=actor, note=note, changes=_change(None, shown))


def _log(robot: Robot, actor: Account, old: str | None, new: str | None) -> None:
    # Whoever is signed in is known by a stand-in, and a log by its subject's class.
    subject = robot.department or Account.objects.get(pk=actor.pk)
    part = "" if robot.department else _("Group robot for all departments")
    log_change(subject, kind=ChangeKind.CORRECTED, actor=actor, part=part, changes=_change(old, new))


def _change(old: str | None, new: str | None) -> Changes:
    return {"robot": {"old": old, "new": new}}

"""Sign the writers in, in the register of DATABASE_URL: prints their sessions as JSON."""

import json

import django

ROLES = ("secretariat", "secretariat", "liaison", "liaison", "liaison", "liaison", "leader")


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from meetings.models import Account, Department, Role, Task, TaskLeader

    person = TaskLeader.objects.order_by("pk")[0].person
    supervised = list(Task.objects.filter(task_leaders__person=person).order_by("pk").values_list("pk", flat=True))
    everything = list(Task.objects.order_by("pk").values_list("pk", flat=True))
    writers = []
    for number, role in enumerate(ROLES):
        account = Account.objects.create_user(
            f"writer-{number}",
            role=role,
            display_name=f"writer {number}",
            email=f"writer-{number}@example.org",
            person=person if role == Role.LEADER else None,
        )
        if role == Role.LIAISON:
            account.departments.set(Department.objects.all())
        client = Client()
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[-1])
        tasks = supervised if role == Role.LEADER else everything
        writers.append({"role": role, "session": client.session.session_key, "tasks": tasks, "leader": person.name})
    print(json.dumps(writers))


if __name__ == "__main__":
    main()

"""Sign the writers in, in the register of DATABASE_URL: prints their sessions as JSON."""

import json

import django

ROLES = ("secretariat", "secretariat", "liaison", "liaison", "liaison", "liaison", "leader")


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

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
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(account.pk),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
                HASH_SESSION_KEY: account.get_session_auth_hash(),
            }
        )
        session.create()
        tasks = supervised if role == Role.LEADER else everything
        writers.append({"role": role, "session": session.session_key, "tasks": tasks, "leader": person.name})
    print(json.dumps(writers))


if __name__ == "__main__":
    main()

"""Sign somebody of each role in, and fifty liaisons, in the register of DATABASE_URL: prints their sessions as JSON.

Each has the id of a task that is theirs to save.
"""

import json

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from meetings.core.lifecycle import OPEN_STATUSES
    from meetings.models import ANSWERABLE_ROLES, Account, Role, Task

    def sign_in(name: str, role: str, task: Task) -> dict:
        person = task.leaders.first() if role == Role.LEADER else None
        account = Account.objects.create_user(name, role=role, display_name=name, person=person)
        department = task.task_departments.filter(role__in=ANSWERABLE_ROLES).first().department_id
        if role == Role.LIAISON:
            account.departments.set([department])
        client = Client()
        client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return {"session": client.session.session_key, "task": task.pk, "department": department}

    tasks = Task.objects.filter(
        joined_into=None, status__in=OPEN_STATUSES, task_departments__role__in=ANSWERABLE_ROLES
    ).exclude(leaders=None)
    tasks = list(tasks.distinct().order_by("pk")[:50])
    accounts = {role: sign_in(f"bench-{role}", role, tasks[0]) for role in Role.values}
    for number, task in enumerate(tasks):
        accounts[f"person-{number}"] = sign_in(f"bench-person-{number}", Role.LIAISON, task)
    print(json.dumps(accounts))


if __name__ == "__main__":
    main()

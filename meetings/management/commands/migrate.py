"""`migrate`: Django's command, as whoever owns the tables."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

# What the application does with rows; it neither empties tables nor touches their triggers.
RIGHTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)


def grant_rights(role: str) -> None:
    """Let ``role`` use the tables that the present role owns, and nothing more."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        for statement in RIGHTS:
            cursor.execute(statement.format(schema=schema, role=connection.ops.quote_name(role)))


class Command(migrate.Command):
    """Migrate as MIGRATION_DATABASE_URL says, and grant the application rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        owner = settings.MIGRATION_DATABASE
        if owner is None or options["database"] != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        connection = connections[DEFAULT_DB_ALIAS]
        application = {name: connection.settings_dict[name] for name in owner}
        connection.close()
        connection.settings_dict.update(owner)
        try:
            super().handle(*args, **options)
            if application["USER"] != owner["USER"]:
                grant_rights(application["USER"])
        finally:
            connection.close()
            connection.settings_dict.update(application)

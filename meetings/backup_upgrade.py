"""Migration of an older backup's rows in a temporary database."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

# The name of the temporary database; it exists only inside `upgraded_rows`.
ALIAS = "backup_upgrade"
APP = "meetings"


class DamagedRowsError(Exception):
    """Raised where a backup's rows do not match its manifest or its schema."""


def is_known_schema(schema: str) -> bool:
    """Return whether ``schema`` names a migration that this version has."""
    loader = MigrationExecutor(connections[DEFAULT_DB_ALIAS]).loader
    return (APP, schema) in loader.graph.nodes


@contextmanager
def upgraded_rows(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield the alias of a database with the backup's rows in the present schema.

    It is a SQLite file in a temporary folder, whatever the register's own database: made at the backup's migration,
    filled, and migrated as an installation is. Raises DamagedRowsError.
    """
    with tempfile.TemporaryDirectory(prefix="backup-upgrade-") as folder:
        connections.databases[ALIAS] = {
            **connections.databases[DEFAULT_DB_ALIAS],
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(folder) / "backup.sqlite3"),
            "OPTIONS": {},
        }
        try:
            executor = MigrationExecutor(connections[ALIAS])
            state = executor.migrate([(APP, manifest["schema"])])
            with transaction.atomic(using=ALIAS):
                load_rows(archive, manifest["counts"], state.apps, using=ALIAS)
            executor = MigrationExecutor(connections[ALIAS])
            executor.migrate(executor.loader.graph.leaf_nodes())
            yield ALIAS
        finally:
            connections[ALIAS].close()
            del connections[ALIAS]
            del connections.databases[ALIAS]


def load_rows(archive: zipfile.ZipFile, counts: dict[str, int], apps: Apps, *, using: str) -> None:
    """Insert the backup's rows into ``using`` through ``apps``, its time's models.

    ``counts`` are the numbers of rows by label. Raises DamagedRowsError.
    """
    for label, count in counts.items():
        try:
            model = apps.get_model(label)
            with archive.open(f"data/{label}.jsonl") as file:
                rows = [json.loads(line) for line in file]
            for row in rows:
                _insert_row(model, row, using)
        except (LookupError, ValueError, TypeError, FieldDoesNotExist, ValidationError) as error:
            raise DamagedRowsError(label) from error
        if len(rows) != count:
            raise DamagedRowsError(label)
    connections[using].check_constraints()


def _insert_row(model: type[models.Model], row: dict[str, Any], using: str) -> None:
    values: dict[str, Any] = {model._meta.pk.attname: row["pk"]}
    links: dict[str, list[Any]] = {}
    for name, value in row["fields"].items():
        field = model._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            links[name] = value
        elif isinstance(field, models.ForeignKey):
            values[field.attname] = value
        else:
            assert isinstance(field, models.Field)  # a serializer writes no relation from the other side
            values[name] = field.to_python(value)
    instance = model(**values)
    instance.save_base(raw=True, force_insert=True, using=using)
    for name, keys in links.items():
        getattr(instance, name).set(keys)

"""Loading of a backup's rows, older ones through a temporary database."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

# The name of the temporary database; it exists only inside `upgraded_rows`.
ALIAS = "backup_upgrade"
APP = "meetings"
ROW_BATCH_SIZE = 500


class DamagedRowsError(Exception):
    """Raised with the member whose rows do not match the manifest or the schema."""


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
        member, loaded = member_name(label), 0
        try:
            model = apps.get_model(label)
            with archive.open(member) as file:
                while rows := [_build_row(model, json.loads(line)) for line in islice(file, ROW_BATCH_SIZE)]:
                    insert_rows(model, [instance for instance, _links in rows], using=using)
                    for instance, links in rows:
                        for name, keys in links.items():
                            getattr(instance, name).set(keys)
                    loaded += len(rows)
        except (LookupError, ValueError, TypeError, FieldDoesNotExist, ValidationError) as error:
            raise DamagedRowsError(member) from error
        if loaded != count:
            raise DamagedRowsError(member)
    connections[using].check_constraints()


def insert_rows(model: type[models.Model], rows: list[models.Model], *, using: str) -> None:
    """Insert ``rows`` as they are: unlike a bulk_create, no field fills itself anew.

    The log's triggers refuse changes and deletions only.
    """
    fields = model._meta.concrete_fields
    size = max(connections[using].ops.bulk_batch_size(fields, rows), 1)
    for start in range(0, len(rows), size):
        model._base_manager._insert(rows[start : start + size], fields=fields, using=using, raw=True)  # type: ignore[attr-defined]  # private in Django
    for row in rows:
        row._state.adding, row._state.db = False, using


def member_name(label: str) -> str:
    """Return the name of the file with the rows of the model ``label``."""
    return f"data/{label}.jsonl"


def _build_row(model: type[models.Model], row: dict[str, Any]) -> tuple[models.Model, dict[str, list[Any]]]:
    """Return the instance of ``row``, and its many-to-many keys by field."""
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
    return model(**values), links

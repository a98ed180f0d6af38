"""An index of the texts of tasks, suggestions and reports by their letters, pairs of letters and spelling.

PostgreSQL has it as GIN indexes of the function `meetings_grams`. SQLite has a table of FTS5 for each table of texts
and triggers that keep it, by the function of that name which `meetings.models.text_search` lends to each connection.
On SQLite a later migration that remakes one of the tables has to call `create_triggers` again: see
`tests/models/test_text_search.py`, which fails when one is missing.
"""

from string import punctuation

from django.db import migrations

from meetings.core.grams import FOLDED
from meetings.models.text_search import INDEXES

WIDE = "".join(letter for letter in FOLDED if not letter.isascii())
NARROW = "".join(FOLDED[letter] for letter in WIDE)
GRAMS_ON_POSTGRESQL = f"""
CREATE FUNCTION meetings_grams(words text, spelling text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100 AS $$
DECLARE folded text := lower(words COLLATE "C"); length integer := length(spelling);
BEGIN
  IF folded ~ '[{WIDE}]' THEN folded := translate(folded, '{WIDE}', '{NARROW}'); END IF;
  RETURN string_to_array(folded, NULL)
    || string_to_array(regexp_replace(folded, '..', '\\& ', 'g'), ' ')
    || string_to_array(regexp_replace(substr(folded, 2), '..', '\\& ', 'g'), ' ')
    || string_to_array(regexp_replace(substr(spelling, 1, length / 3 * 3), '...', '\\& ', 'g'), ' ')
    || string_to_array(regexp_replace(substr(spelling, 2, (length - 1) / 3 * 3), '...', '\\& ', 'g'), ' ')
    || string_to_array(regexp_replace(substr(spelling, 3, (length - 2) / 3 * 3), '...', '\\& ', 'g'), ' ');
END $$
"""
# Every mark is a letter as any other: a token is what stands between blanks.
TOKENS = "ascii tokenchars '{}'".format(punctuation.replace("'", "''"))


def create_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GRAMS_ON_POSTGRESQL, params=None)
        for index in INDEXES:
            grams = f'({index.grams_sql(index.columns)}) COLLATE "C"'
            schema_editor.execute(f"CREATE INDEX {index.fts_table} ON {index.table} USING gin ({grams})")
        return
    for index in INDEXES:
        tokens = TOKENS.replace('"', '""')
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE {index.fts_table} "
            f"USING fts5(grams, content='', columnsize=0, detail=none, tokenize=\"{tokens}\")",
            params=None,
        )
        grams = index.grams_sql(index.columns)
        schema_editor.execute(f"INSERT INTO {index.fts_table}(rowid, grams) SELECT id, {grams} FROM {index.table}")
    create_triggers(schema_editor)


def create_triggers(schema_editor):
    for index in INDEXES:
        table, fts = index.table, index.fts_table
        old, new = ([f'{row}."{column}"' for column in index.columns] for row in ("OLD", "NEW"))
        insert = f"INSERT INTO {fts}(rowid, grams) VALUES (NEW.id, {index.grams_sql(new)});"
        remove = f"INSERT INTO {fts}({fts}, rowid, grams) VALUES ('delete', OLD.id, {index.grams_sql(old)});"
        differs = " OR ".join(f"{before} IS NOT {after}" for before, after in zip(old, new, strict=True))
        for event, condition, action in (
            ("insert", "", insert),
            ("update", f"WHEN {differs} ", f"{remove} {insert}"),
            ("delete", "", remove),
        ):
            trigger = f"CREATE TRIGGER {fts}_{event} AFTER {event} ON {table} {condition}"
            schema_editor.execute(f"{trigger}BEGIN {action} END")


def drop_indexes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for index in INDEXES:
        if is_sqlite:
            for event in ("insert", "update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {index.fts_table}_{event}")
        schema_editor.execute(f"DROP {'TABLE' if is_sqlite else 'INDEX'} {index.fts_table}")
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION meetings_grams(text, text)")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0019_present_state")]

    operations = [migrations.RunPython(create_indexes, drop_indexes)]

"""What tables, constraints, indexes and triggers are, as digests.

`schema.json` has those of a database that the migrations have just made; its test writes it
(tests/commands/test_schema.py).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.db import connection

SCHEMA = Path(__file__).with_name("schema.json")
PREFIX = "meetings_"
# By table, then "columns", "constraints", "indexes" or a trigger's name.
Schema = dict[str, dict[str, str]]

# A table, a part of it, and what makes it. Of two objects of one part the lines are read in order.
OF_POSTGRESQL = r"""
WITH tables AS (
  SELECT c.oid, c.relname, c.relkind::text || c.relpersistence::text || c.relrowsecurity::text AS kind
  FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname LIKE 'meetings\_%%'
)
SELECT relname, 'columns', kind || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
  || a.attnotnull || ' ' || a.attidentity::text || ' ' || a.attcollation::regcollation
  || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL
SELECT relname, 'constraints', conname || ' ' || pg_get_constraintdef(n.oid, true)
FROM tables t JOIN pg_constraint n ON n.conrelid = t.oid AND n.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT relname, 'indexes', pg_get_indexdef(indexrelid, 0, true) || ' ' || indisvalid || ' ' || indisunique
FROM tables t JOIN pg_index i ON i.indrelid = t.oid
UNION ALL
SELECT relname, tgname, pg_get_triggerdef(g.oid, true) || ' ' || lanname || ' ' || prosecdef || ' ' || prosrc || ' '
  || replace(coalesce(proconfig, '{}')::text, quote_ident(current_schema()), 'schema')
FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_language l ON l.oid = p.prolang
UNION ALL
SELECT relname, rulename, pg_get_ruledef(r.oid, true) FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid
"""
OF_SQLITE = """
SELECT tbl_name, CASE type WHEN 'trigger' THEN name WHEN 'index' THEN 'indexes' ELSE 'columns' END, sql
FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name LIKE 'meetings^_%%' ESCAPE '^'
"""


def read_schema(cursor: Any) -> Schema:
    """Return the digests of what this database has; of a trigger only where it works."""
    cursor.execute(OF_SQLITE if connection.vendor == "sqlite" else OF_POSTGRESQL, [])
    rows = sorted((table, part, " ".join(definition.split())) for table, part, definition in cursor.fetchall())
    # The text search of SQLite keeps tables of its own, which are those of SQLite's version.
    virtual = [table for table, _part, definition in rows if definition.startswith("CREATE VIRTUAL TABLE")]
    texts: dict[str, dict[str, list[str]]] = {}
    for table, part, definition in rows:
        if not any(table.startswith(f"{name}_") for name in virtual):
            texts.setdefault(table, {}).setdefault(part, []).append(definition)
    return {
        table: {part: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] for part, lines in parts.items()}
        for table, parts in texts.items()
    }


def expected_schema() -> Schema:
    """Return the digests of what the migrations make on this engine."""
    expected: Schema = json.loads(SCHEMA.read_text(encoding="utf-8"))[connection.vendor]
    return expected

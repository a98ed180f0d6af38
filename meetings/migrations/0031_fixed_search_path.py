"""The functions of the triggers on PostgreSQL look for tables where they were made, whatever the session says.

They name tables without a schema: a temporary table of such a name would have been asked instead, and anybody may make
one. A later migration that creates a function of a trigger calls `fix_search_path` again.
"""

from django.db import migrations

FUNCTIONS = """
    SELECT DISTINCT p.oid::regprocedure::text, quote_ident(n.nspname)
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND c.relname LIKE 'meetings\\_%%' AND n.nspname = current_schema()
    ORDER BY 1
"""


def fix_search_path(apps, schema_editor):
    for function, schema in find_functions(schema_editor.connection):
        # Where pg_temp is not named, it is looked in first.
        schema_editor.execute(f"ALTER FUNCTION {function} SET search_path = {schema}, pg_temp")


def free_search_path(apps, schema_editor):
    for function, _schema in find_functions(schema_editor.connection):
        schema_editor.execute(f"ALTER FUNCTION {function} RESET search_path")


def find_functions(connection):
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS, [])
        return cursor.fetchall()


class Migration(migrations.Migration):
    dependencies = [("meetings", "0030_batch_index")]

    operations = [migrations.RunPython(fix_search_path, free_search_path)]

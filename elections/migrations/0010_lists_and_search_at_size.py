"""Indexes for the lists and the search of a large record (docs/performance.md has the figures).

`icontains` is `UPPER(column) LIKE UPPER('%word%')` on PostgreSQL; trigrams find that in an index.
SQLite, the demo's, knows no such index. Nothing here rebuilds a table, so its triggers stay.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

SEARCHED = {
    "elections_submission": ("receipt", "employee_number", "employee_name", "employee_email"),
    "elections_employee": ("name", "email"),
    "elections_grant": ("number",),
}
# What was inserted lately waits in a list, and whoever fills it puts all of it into the index: a
# short list (kB), so that nobody's form waits long for that.
WAITING_LIST = 256


def add_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in SEARCHED.items():
        words = ", ".join(f"UPPER({column}) gin_trgm_ops" for column in columns)
        schema_editor.execute(
            f"CREATE INDEX {table}_words ON {table} USING gin ({words})"
            f" WITH (gin_pending_list_limit = {WAITING_LIST})"
        )


def drop_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in SEARCHED:
        schema_editor.execute(f"DROP INDEX {table}_words")


class Migration(migrations.Migration):

    dependencies = [
        ("elections", "0009_sessions_have_a_revision"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["received_at", "id"], name="submission_as_received"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["offer", "received_at"],
                name="submission_late",
                condition=models.Q(timely=False),
            ),
        ),
        TrigramExtension(),
        migrations.RunPython(add_trigrams, drop_trigrams),
    ]

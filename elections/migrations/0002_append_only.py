"""The record, the mail as sent and the audit log refuse UPDATE, DELETE and TRUNCATE from here on."""

from django.db import migrations

from elections.models.append_only import drop_triggers, install_triggers

TABLES = (
    "elections_submission",
    "elections_line",
    "elections_extension",
    "elections_reviewdecision",
    "elections_renderedmail",
    "elections_auditentry",
    "elections_scan",
    "elections_statuschange",
    "elections_reminder",
)


def forwards(apps, schema_editor):
    install_triggers(schema_editor.connection, TABLES)


def backwards(apps, schema_editor):
    drop_triggers(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("elections", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]

"""The audit log, scans, changes of status and reminders refuse to be changed or deleted."""

from django.db import migrations

from elections.models.append_only import drop_triggers, install_triggers

TABLES = (
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
    dependencies = [("elections", "0003_law_and_hr_at_work")]

    operations = [migrations.RunPython(forwards, backwards)]

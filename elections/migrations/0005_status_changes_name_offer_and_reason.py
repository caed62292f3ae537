"""A status change names the offer that it matters to, and why somebody made it.

Adding these rebuilds the append-only table on SQLite, which loses its triggers: installed again.
"""

import django.db.models.deletion
from django.db import migrations, models

from elections.models.append_only import install_triggers

TABLES = ("elections_statuschange",)


def guard(apps, schema_editor):
    install_triggers(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("elections", "0004_name_the_mails_of_decisions"),
    ]

    operations = [
        # Backwards the table is rebuilt as well, and this comes last.
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AddField(
            model_name="statuschange",
            name="offer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="elections.offer",
            ),
        ),
        migrations.AddField(
            model_name="statuschange",
            name="reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name="statuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(("effect", ""), ("offer__isnull", False), _connector="OR"),
                name="status_effect_names_offer",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]

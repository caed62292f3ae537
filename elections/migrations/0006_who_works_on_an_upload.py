"""Who holds an upload of the roster, how often it was begun, who confirmed it, and what went wrong."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("elections", "0005_status_changes_name_offer_and_reason"),
    ]

    operations = [
        migrations.AddField(
            model_name="rosterupload",
            name="claim",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="rosterupload",
            name="attempts",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="rosterupload",
            name="note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="rosterupload",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]

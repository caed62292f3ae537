"""What the limits count with. The portal's role writes to it; it is no part of the record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("elections", "0010_lists_and_search_at_size")]

    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("counter", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("until", models.FloatField()),
            ],
            options={"verbose_name_plural": "tries"},
        ),
    ]

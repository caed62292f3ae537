"""Mail that is not needed any more; why a proposal was rejected; reminders that were skipped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("elections", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="extensionproposal",
            name="refusal",
            field=models.TextField(blank=True, verbose_name="reason for rejecting it"),
        ),
        migrations.AddField(
            model_name="reminderdate",
            name="skipped_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="outboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Not sent yet"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("failed", "Could not be delivered"),
                    ("held", "Held by staff"),
                    ("dropped", "Not needed any more"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="extensionproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_by__isnull", True), ("extension__isnull", True), ("state", "open")
                    ),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("extension__isnull", False),
                        ("state", "approved"),
                    ),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("state", "rejected"),
                        models.Q(("refusal", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposal_state_told_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="extensionproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("offer",), name="proposal_one_open"
            ),
        ),
    ]

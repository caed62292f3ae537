"""Inviting people to sign in: append-only, and a kind of mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from elections.models.append_only import install_triggers


def guard(apps, schema_editor):
    install_triggers(schema_editor.connection, ("elections_invitation",))


class Migration(migrations.Migration):

    dependencies = [
        ('elections', '0013_note_second_factors'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('invited_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-invited_at', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='outboxmessage',
            name='outbox_names_its_cause',
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='act',
            field=models.CharField(choices=[('sign_in', 'Signed in'), ('sign_in_failed', 'Sign-in failed'), ('factor_failed', 'Second factor wrong'), ('locked_out', 'Locked out for a while'), ('confirmed', 'Confirmed who they are'), ('factor', 'Second factor changed'), ('recovery_code', 'Recovery code used'), ('permissions', 'Permissions changed'), ('import', 'Roster imported'), ('status', 'Status of an employee changed'), ('export', 'Exported'), ('decision', 'Submission reviewed'), ('paper', 'Paper form keyed in'), ('extension_proposed', 'Extension proposed'), ('extension', 'Offer extended'), ('reminder', 'Reminders'), ('invitation', 'Invited to sign in'), ('mail', 'Mail held or tried again'), ('document', 'Document published'), ('session', 'Information session changed')], max_length=20),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='kind',
            field=models.CharField(choices=[('receipt', 'Confirmation of a submission'), ('irregular', 'A submission does not count'), ('reinstated', 'A submission counts after all'), ('extension', 'The offer was extended'), ('status', 'A change of status'), ('reminder', 'A reminder'), ('invitation', 'An invitation to sign in')], max_length=10),
        ),
        migrations.AddField(
            model_name='invitation',
            name='employee',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='elections.employee'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='elections.invitation'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'invitation')), fields=('invitation',), name='outbox_one_per_invitation'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'receipt'), ('submission__isnull', False)), models.Q(('decision__isnull', False), ('kind__in', ['irregular', 'reinstated']), ('submission__isnull', False)), models.Q(('extension__isnull', False), ('kind', 'extension')), models.Q(('kind', 'status'), ('status_change__isnull', False)), models.Q(('kind', 'reminder'), ('reminder__isnull', False)), models.Q(('invitation__isnull', False), ('kind', 'invitation')), _connector='OR'), name='outbox_names_its_cause'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('employee', 'number'), name='invitation_once'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]

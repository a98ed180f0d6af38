"""Group robots, and the messages to them."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0010_demonstration"),
    ]

    operations = [
        migrations.CreateModel(
            name="Robot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField(editable=False, verbose_name="address")),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="robots",
                        to="meetings.department",
                        verbose_name="department",
                    ),
                ),
            ],
            options={
                "verbose_name": "group robot",
                "verbose_name_plural": "group robots",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RobotMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("claimed", "Being sent"),
                            ("sent", "Sent"),
                            ("superseded", "Replaced by a later one"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("claim", models.UUIDField(blank=True, editable=False, null=True, verbose_name="claim")),
                ("claimed_until", models.DateTimeField(blank=True, null=True, verbose_name="claimed until")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("problem", models.TextField(blank=True, verbose_name="last problem")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("digest", "Daily digest"),
                            ("reminder", "Reminder by hand"),
                            ("greeting", "Greeting of a new robot"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("title", models.CharField(max_length=500, verbose_name="subject")),
                ("text", models.TextField(verbose_name="text")),
                ("composed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="composed")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="robot_messages",
                        to="meetings.tasklog",
                        verbose_name="log entry",
                    ),
                ),
                (
                    "robot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="meetings.robot",
                        verbose_name="group robot",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to a group robot",
                "verbose_name_plural": "messages to group robots",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="robot",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Coalesce("department", 0), name="robot_one_for_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="robotmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "claimed", "sent", "superseded"])),
                name="robotmessage_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="robotmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claim__isnull", False), ("claimed_until__isnull", False), ("state", "claimed")),
                    models.Q(
                        models.Q(("state", "claimed"), _negated=True),
                        ("claim__isnull", True),
                        ("claimed_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="robotmessage_claimed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="robotmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "digest")), fields=("robot", "day"), name="robotmessage_one_digest_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="robotmessage",
            constraint=models.UniqueConstraint(fields=("robot", "entry"), name="robotmessage_one_for_each_entry"),
        ),
        migrations.AddConstraint(
            model_name="robotmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", False), ("kind", "reminder")),
                    models.Q(models.Q(("kind", "reminder"), _negated=True), ("entry__isnull", True)),
                    _connector="OR",
                ),
                name="robotmessage_reminder_has_an_entry",
            ),
        ),
    ]

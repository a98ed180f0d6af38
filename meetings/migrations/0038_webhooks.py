"""Webhooks, and the messages to them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0037_passkeys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField(editable=False, unique=True, verbose_name="address")),
                ("secret", models.CharField(editable=False, max_length=64, verbose_name="secret")),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WebhookMessage",
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
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("body", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="meetings.webhook",
                        verbose_name="webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to a webhook",
                "verbose_name_plural": "messages to webhooks",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "claimed", "sent", "superseded"])),
                        name="webhookmessage_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claim__isnull", False), ("claimed_until__isnull", False), ("state", "claimed")),
                            models.Q(
                                models.Q(("state", "claimed"), _negated=True),
                                ("claim__isnull", True),
                                ("claimed_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="webhookmessage_claimed_by_somebody",
                    ),
                ],
            },
        ),
    ]

"""It is recorded when a department's fill-in workbook is handed out."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0012_acknowledgement")]

    operations = [
        migrations.CreateModel(
            name="WorkbookHandout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handed_out_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="handed out")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workbook_handouts",
                        to="meetings.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "handed_out_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workbook_handouts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handed out to",
                    ),
                ),
            ],
            options={
                "verbose_name": "workbook handed out",
                "verbose_name_plural": "workbooks handed out",
                "ordering": ["-pk"],
            },
        ),
    ]

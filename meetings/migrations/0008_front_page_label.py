"""The front page is called so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0007_calendar_alarm"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="landing_page",
            field=models.CharField(
                choices=[
                    ("overview", "Home"),
                    ("dashboard", "Home"),
                    ("tasks", "Tasks"),
                    ("inbox", "Inbox"),
                    ("meetings", "Meetings"),
                ],
                default="dashboard",
                max_length=20,
                verbose_name="first page",
            ),
        ),
    ]

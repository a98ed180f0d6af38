"""Sign-ins are entries of the change log, which is searched by when something was recorded.

SQLite remakes the table for the constraint; its triggers are set aside meanwhile.
"""

from importlib import import_module

from django.db import migrations, models

present_state = import_module("meetings.migrations.0019_present_state")

KINDS = [
    ("entered", "Entered"),
    ("corrected", "Corrected"),
    ("arranged", "Rearranged"),
    ("removed", "Removed"),
    ("renamed", "Renamed"),
    ("merged", "Merged"),
    ("retired", "Retired"),
    ("restored", "Taken back into use"),
    ("handed_over", "Handed over"),
    ("signed_in", "Signed in"),
    ("signed_out", "Signed out"),
    ("sign_in_failed", "Sign-in failed"),
]


class Migration(migrations.Migration):
    dependencies = [("meetings", "0028_back_dating")]

    operations = [
        migrations.RunPython(present_state.set_triggers_aside, present_state.put_triggers_back),
        migrations.RemoveConstraint("changelog", "change_kind_known"),
        migrations.AlterField("changelog", "kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
        migrations.AddConstraint(
            "changelog",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _label in KINDS]), name="change_kind_known"
            ),
        ),
        migrations.AddIndex("changelog", models.Index(fields=["recorded_at"], name="change_recorded")),
        migrations.RunPython(present_state.put_triggers_back, present_state.set_triggers_aside),
    ]

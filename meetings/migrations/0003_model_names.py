"""Name models after the words of docs/domain.md; their tables keep their names (db_table), so no row is touched."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_append_only")]

    operations = [
        # The table's name is made explicit first: then renaming the model is a change of state alone, on both engines.
        migrations.AlterModelTable(name="confirmationmark", table="meetings_confirmationmark"),
        migrations.RenameModel(old_name="ConfirmationMark", new_name="ImportIssue"),
        migrations.AlterModelTable(name="fillinupload", table="meetings_fillinupload"),
        migrations.RenameModel(old_name="FillInUpload", new_name="WorkbookUpload"),
        migrations.AlterField(
            model_name="importissue",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="import_issues", to="meetings.task"
            ),
        ),
        migrations.AlterField(
            model_name="workbookupload",
            name="batch",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="workbook_upload",
                to="meetings.batch",
                verbose_name="batch",
            ),
        ),
        migrations.AlterField(
            model_name="workbookupload",
            name="uploaded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="workbook_uploads",
                to=settings.AUTH_USER_MODEL,
                verbose_name="handed in by",
            ),
        ),
    ]

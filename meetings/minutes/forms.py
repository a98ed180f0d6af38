"""What is handed in to be read: the file of the minutes, or their text."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from meetings.ui.forms import ServiceForm

#: Characters of pasted text; a notice has some ten thousand. What is longer is a file.
MAX_PASTED_CHARACTERS = 500_000


class MinutesUploadForm(ServiceForm):
    """A file, or the text pasted."""

    # An empty file is left to its reader, whose message says what is missing.
    file = forms.FileField(required=False, allow_empty_file=True)
    text = forms.CharField(required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data = super().clean() or {}
        text = data.get("text", "")
        if len(text) > MAX_PASTED_CHARACTERS:
            raise forms.ValidationError(
                _("The text has more than %(limit)d characters. Save it as a file and hand that in.")
                % {"limit": MAX_PASTED_CHARACTERS}
            )
        if not self.errors and data["file"] is None and not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste the text of the minutes."))
        return data

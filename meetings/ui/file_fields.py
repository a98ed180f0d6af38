"""Choosing several files at once."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from meetings.core.file_types import ALL_ENDINGS, ENDINGS, IMAGE_ENDINGS, TEXT_ENDINGS


class MultipleFileInput(forms.ClearableFileInput):
    """The browser's own choice of files, several at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class MultipleFileField(forms.FileField):
    """Any number of files; the service judges types and sizes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            help_text=lazy(describe_file_limits, str)(),
            widget=MultipleFileInput(
                attrs={
                    "class": "form-control",
                    "multiple": True,
                    "accept": ",".join(f".{ending}" for ending in ALL_ENDINGS),
                }
            ),
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return a list; empty files are left to the service, whose message names them."""
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


def describe_file_limits() -> str:
    """Say what is taken."""
    return _(
        "At most %(number)d files of %(limit)d MB each: %(documents)s; pictures (%(pictures)s); text (%(texts)s). "
        "Nothing with macros, no archives."
    ) % {
        "number": settings.EVIDENCE_MAX_FILES,
        "limit": settings.EVIDENCE_MAX_MEGABYTES,
        "documents": " ".join(ENDINGS),
        "pictures": " ".join(IMAGE_ENDINGS),
        "texts": " ".join(TEXT_ENDINGS),
    }

"""会议纪要: files of minutes as uploaded, and the drafts made of them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .account import Account
from .fields import optional_reference
from .meeting import Meeting
from .suggestion import Suggestion


class DocumentFormat(models.TextChoices):
    """What a file is by its content, whatever its name; or that there is no file."""

    DOCX = "docx", _("Word document")
    XLSX = "xlsx", _("Excel workbook")
    PDF = "pdf", _("PDF")
    TEXT = "text", _("Text")
    DOC = "doc", _("Word or WPS document")
    XLS = "xls", _("Excel or WPS workbook")
    ODT = "odt", _("OpenDocument text")
    ODS = "ods", _("OpenDocument spreadsheet")
    RTF = "rtf", _("RTF document")
    OFD = "ofd", _("OFD document")
    JPEG = "jpg", _("JPEG picture")
    PNG = "png", _("PNG picture")
    MANUAL = "manual", _("Entered by hand")


_ENDINGS: dict[str, str] = {DocumentFormat.TEXT: "txt"}


def minutes_path(document: MinutesDocument, _name: str) -> str:
    """Return the path below MEDIA_ROOT; no part of it comes from the upload's name."""
    return f"minutes/{uuid.uuid4().hex}.{_ENDINGS.get(document.format, document.format)}"


class MinutesDocumentQuerySet(models.QuerySet["MinutesDocument"]):
    """Files of minutes: drafts until they are accepted."""

    def drafts_of(self, account: Account) -> MinutesDocumentQuerySet:
        """Return the drafts ``account`` has not accepted; drafts are private."""
        return (
            self.filter(uploaded_by=account, meeting__isnull=True)
            .select_related("corrects", "scan")
            .defer("scan__recognised")
        )

    def accepted(self) -> MinutesDocumentQuerySet:
        """Return the accepted documents, the last accepted first."""
        files = self.exclude(format=DocumentFormat.MANUAL)
        return files.filter(meeting__isnull=False).order_by("-accepted_at", "-pk")


class MinutesDocument(models.Model):
    """会议纪要: a file as it was handed in, with the draft of one account.

    ``facts`` (what stands around the table), ``problems`` (those of no single row) and ``choices`` (whom a printed
    name means) are as `meetings.core.converter` writes them. ``version`` counts the changes to the three.
    ``tables`` are those that were found in the file; ``layout`` is what somebody chose of them, None where nobody did.
    A draft without a file may correct the meeting ``corrects``, whose facts were ``register_facts`` when it was opened.
    """

    file = models.FileField(_("file"), upload_to=minutes_path, max_length=100, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size (bytes)"))
    format = models.CharField(_("format"), max_length=10, choices=DocumentFormat.choices)
    original_name = models.CharField(
        _("name of the file"), max_length=200, blank=True, help_text=_("For display only; empty for pasted text.")
    )
    uploaded_by = optional_reference(Account, _("handed in by"), "minutes_documents")
    uploaded_at = models.DateTimeField(_("handed in"), default=timezone.now)
    meeting = optional_reference(Meeting, _("accepted as"), "documents")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    facts = models.JSONField(_("facts of the meeting"), default=dict, blank=True)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    tables = models.JSONField(_("tables found"), default=list, blank=True)
    layout = models.JSONField(_("chosen tables and columns"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    corrects = optional_reference(Meeting, _("corrects"), "corrections", on_delete=models.CASCADE)
    register_facts = models.JSONField(_("facts in the register"), null=True, blank=True)

    objects = MinutesDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes document")
        verbose_name_plural = _("minutes documents")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="document_is_not_empty", condition=Q(size__gt=0) | Q(format=DocumentFormat.MANUAL)
            ),
            models.CheckConstraint(name="document_format_known", condition=Q(format__in=DocumentFormat.values)),
            models.CheckConstraint(
                name="document_accepted_at_a_time",
                condition=Q(meeting__isnull=True, accepted_at__isnull=True)
                | Q(meeting__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="document_draft_is_somebodys", condition=Q(meeting__isnull=False) | Q(uploaded_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        if self.corrects is not None:
            return _("Corrections of “%(meeting)s”") % {"meeting": self.corrects}
        return self.original_name or str(_("Entered by hand") if self.is_manual else _("Pasted text"))

    @property
    def unread_scan(self) -> Scan | None:
        """The scan that it is, while its pages are not recognised yet."""
        scan: Scan | None = getattr(self, "scan", None)
        return scan if scan is not None and not scan.is_read else None

    @property
    def is_manual(self) -> bool:
        """Whether it was entered by hand: there is no file."""
        return self.format == DocumentFormat.MANUAL


class Scan(models.Model):
    """扫描件: how far the recognition of a document's pages is, and what it gave.

    ``problem`` says why it ended without a reading: the code and parameters of an UnreadableDocumentError.
    ``recognised`` is kept, so that reading it again takes no second recognition (`documents.recognition_json`).
    """

    document = models.OneToOneField(MinutesDocument, on_delete=models.CASCADE, primary_key=True, related_name="scan")
    page_count = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    pages_read = models.PositiveSmallIntegerField(_("pages read"), default=0)
    is_read = models.BooleanField(_("read to its end"), default=False)
    problem = models.JSONField(_("problem"), default=dict, blank=True)
    recognised = models.TextField(_("recognised text"), blank=True)

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")

    def __str__(self) -> str:
        return str(self.document)

    @property
    def current_page(self) -> int:
        """The page that is being read, counted from 1."""
        return min(self.pages_read + 1, self.page_count or 1)


class DraftRow(models.Model):
    """待审条目: one row of a draft, as read and then as edited.

    ``content`` is the row's values and ``problems`` its doubts (`meetings.core.converter`); ``source`` the cells
    of the file it was read from, as printed, which no edit changes; ``scans`` those of a scan that are in doubt,
    with their pictures. ``suggestion`` is what accepting made of it.
    A row of corrections is of the suggestion ``corrects``, which read ``register_content`` when the row was opened;
    its tasks are those to be added.
    """

    document = models.ForeignKey(MinutesDocument, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(_("position"))
    content = models.JSONField(_("content"))
    problems = models.JSONField(_("problems"), default=list, blank=True)
    source = models.JSONField(_("row of the file"), default=list, blank=True)
    scans = models.JSONField(_("cells in doubt"), default=list, blank=True)
    suggestion = optional_reference(Suggestion, _("suggestion"), "draft_rows")
    version = models.PositiveIntegerField(_("version"), default=1)
    corrects = optional_reference(Suggestion, _("corrects"), "correction_rows", on_delete=models.CASCADE)
    register_content = models.JSONField(_("content in the register"), null=True, blank=True)

    class Meta:
        verbose_name = _("draft row")
        verbose_name_plural = _("draft rows")
        ordering = ["document", "position"]
        constraints = [models.UniqueConstraint(name="draft_row_position", fields=["document", "position"])]

    def __str__(self) -> str:
        return self.content.get("suggestion") or ""

"""The page of letterheads: the template of each paper, and another one."""

import io

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import permissions
from meetings.display.fields import join_items
from meetings.errors import ServiceError
from meetings.exports.downloads import CONTENT_TYPES, attachment, file_name, stored_file_response
from meetings.models import Account, Letterhead, Paper
from meetings.ui.forms import ServiceForm
from meetings.ui.http import Request

from .letterhead_services import letterhead_version, remove_letterhead, set_letterhead
from .letterheads import read_default_letterhead


class LetterheadForm(ServiceForm):
    """Another template for one paper."""

    file = forms.FileField(
        label=gettext_lazy("Another template (.docx)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".docx"}),
    )
    version = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(
        self,
        paper: Paper,
        in_use: Letterhead | None,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
    ) -> None:
        super().__init__(data, files, prefix=paper.value, initial={"version": letterhead_version(in_use)})
        self.paper, self.in_use = paper, in_use

    def save(self, actor: Account) -> bool:
        """Put the template into use; return whether it is."""
        return self.submit(
            lambda: set_letterhead(
                actor=actor,
                paper=self.paper,
                version=self.cleaned_data["version"],
                content=self.cleaned_data["file"].read(),
                name=self.cleaned_data["file"].name,
            )
        )


@require_http_methods(["GET", "HEAD", "POST"])
def letterheads(request: Request) -> HttpResponse:
    """Show the template of each paper; take another one for one of them."""
    permissions.require_administrator(request.user)
    in_use = {each.paper: each for each in Letterhead.objects.select_related("uploaded_by")}
    page = []
    for paper in Paper:
        is_sent = f"{paper.value}-version" in request.POST
        sent = (request.POST, request.FILES) if is_sent else ()
        form = LetterheadForm(paper, in_use.get(paper), *sent)
        if is_sent and form.save(request.user):
            _add_messages(request, form)
            return redirect("letterheads")
        page.append(form)
    status = max(form.status_code for form in page)
    return render(request, "meetings/reports/letterheads.html", {"forms": page}, status=status)


def _add_messages(request: Request, form: LetterheadForm) -> None:
    saved = _("%(paper)s: the template was tried and is in use.")
    messages.success(request, saved % {"paper": form.paper.label})
    if form.result:
        missing = _("It has no place for %(places)s: these words are left out.")
        messages.warning(request, missing % {"places": join_items(f"{{{{{place}}}}}" for place in form.result)})


@require_safe
def letterhead_file(request: Request, paper: str) -> HttpResponseBase:
    """Hand out the template of a paper, to begin from."""
    permissions.require_administrator(request.user)
    chosen = _parse_paper(paper)
    name = file_name(_("Template, %(paper)s") % {"paper": chosen.label}, "docx")
    if letterhead := Letterhead.objects.filter(paper=chosen).first():
        return stored_file_response(request, letterhead.file, name, CONTENT_TYPES["docx"])
    return attachment(io.BytesIO(read_default_letterhead(chosen)), name)


@require_POST
def letterhead_remove(request: Request, paper: str) -> HttpResponse:
    """Go back to the register's own template."""
    permissions.require_administrator(request.user)
    chosen = _parse_paper(paper)
    try:
        remove_letterhead(actor=request.user, paper=chosen, version=request.POST.get("version", ""))
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(paper)s: the template of the register is in use.") % {"paper": chosen.label})
    return redirect("letterheads")


def _parse_paper(value: str) -> Paper:
    if value not in Paper.values:
        raise Http404
    return Paper(value)

"""Fill-in workbooks."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from meetings.models import Account, Department, WorkbookUpload
from meetings.models.organisation import DepartmentQuerySet
from meetings.models.workbook import WorkbookUploadQuerySet

from .roles import can_change_tasks, is_secretariat


def require_workbook_access(account: Account) -> None:
    """Raise PermissionDenied for everybody else than the secretariat and the liaisons."""
    if not can_change_tasks(account):
        raise PermissionDenied(_("Only the secretariat and the liaisons of departments use fill-in workbooks."))


def workbook_departments(account: Account) -> DepartmentQuerySet:
    """Return the departments whose workbooks ``account`` may have."""
    departments = Department.objects.selectable()
    if is_secretariat(account):
        return departments
    return departments.filter(liaisons=account) if can_change_tasks(account) else departments.none()


def own_workbooks(account: Account) -> WorkbookUploadQuerySet:
    """Return the workbooks ``account`` handed in; nobody decides about another one's."""
    return WorkbookUpload.objects.filter(uploaded_by=account)


def readable_workbooks(account: Account) -> WorkbookUploadQuerySet:
    """Return the account's own workbooks; the secretariat's also all accepted ones."""
    mine = own_workbooks(account)
    return mine | WorkbookUpload.objects.accepted() if is_secretariat(account) else mine


def readable_workbook(account: Account, pk: int) -> WorkbookUpload:
    """Return a readable workbook; raises PermissionDenied or Http404."""
    require_workbook_access(account)
    return get_object_or_404(readable_workbooks(account).select_related("uploaded_by", "batch__made_by"), pk=pk)


def decidable_workbook(account: Account, pk: int) -> WorkbookUpload:
    """Return the account's own workbook for deciding about it, also once decided."""
    require_workbook_access(account)
    return get_object_or_404(own_workbooks(account).select_related("uploaded_by", "batch__made_by"), pk=pk)

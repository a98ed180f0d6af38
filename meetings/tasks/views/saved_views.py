"""Saved views: lists under a name, one's own or shared with a role."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.models import Role, SavedView
from meetings.tasks.filters import TaskFilterSet
from meetings.tasks.forms.saved_views import SavedViewForm, SaveViewForm
from meetings.tasks.saved_views import build_saved_query, describe, is_same_list, saved_view_url
from meetings.tasks.services import saved_views as saved_views_service
from meetings.tasks.services.saved_views import NameTakenError, save_view, set_landing_view
from meetings.tasks.tables import shown_columns
from meetings.ui.http import Request, is_for_fragment
from meetings.ui.navigation import get_next_url, today

VIEWS_PER_PAGE = 25
VIEWS_IN_MENU = 20


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: Request) -> HttpResponse:
    """Show the views that the account may open, and save another one."""
    if request.method == "POST":
        return _save(request)
    address = get_next_url(request)
    return _offer(request, address) if address else _render(request)


def _offer(request: Request, address: str) -> HttpResponse:
    """Offer to save the list at ``address``, in its menu or on the page of views."""
    params = QueryDict(urlsplit(address).query)
    query = build_saved_query(params, shown_columns(request.user, params)[0])
    data = QueryDict(mutable=True)
    data["query"] = query
    for name in (AS_OF, KNOWN_ON):
        if (day := params.get(name, "")) not in ("", today().isoformat()):
            data[name] = day
    form = SaveViewForm(account=request.user, auto_id="view_%s")
    if not is_for_fragment(request):
        return _render(request, save_form=form, values=data)
    views = permissions.readable_views(request.user).select_related("owner").order_by("name", "pk")[:VIEWS_IN_MENU]
    context = {
        "views": views,
        "current_views": [view for view in views if is_same_list(view.query, query)],
        "save_form": form,
        "save_description": describe(query, today()),
        "hidden_values": data,
    }
    return render(request, "meetings/tasks/saved_views/_menu.html", context)


def _save(request: Request) -> HttpResponse:
    form = SaveViewForm(request.POST, account=request.user)
    if not form.submit(lambda: save_view(owner=request.user, **form.cleaned_data)):
        may_overwrite = isinstance(form.service_error, NameTakenError)
        values = {name: str(form.data[name]) for name in ("query", AS_OF, KNOWN_ON) if form.data.get(name)}
        return _render(request, save_form=form, values=values, may_overwrite=may_overwrite, status=form.status_code)
    messages.success(request, _success_message(form.result))
    address = saved_view_url(form.result)
    days = QueryDict(mutable=True)
    for name in (AS_OF, KNOWN_ON):
        if day := form.data.get(name):
            days[name] = str(day)
    if days:
        address += "&" + days.urlencode()
    return redirect(address)


@require_safe
def saved_view(request: Request, pk: int) -> HttpResponse:
    """Redirect to the list of the view."""
    return redirect(saved_view_url(permissions.readable_view(request.user, pk)))


@require_POST
def saved_view_edit(request: Request, pk: int) -> HttpResponse:
    """Rename a view, or change with whom it is shared."""
    view = permissions.own_view(request.user, pk)
    form = _change_form(request, view, request.POST)
    if form.submit(lambda: saved_views_service.change_view(view_id=view.pk, actor=request.user, **form.cleaned_data)):
        messages.success(request, _success_message(form.result))
        return redirect("saved_views")
    return _render(request, changing=(pk, form), status=form.status_code)


@require_POST
def saved_view_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a view."""
    view = permissions.own_view(request.user, pk)
    saved_views_service.delete_view(view_id=view.pk, actor=request.user)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect("saved_views")


@require_POST
def saved_view_first_page(request: Request, pk: int) -> HttpResponse:
    """Make a view the first page after signing in, or (``stop``) end that."""
    view = permissions.readable_view(request.user, pk)
    if "stop" in request.POST:
        set_landing_view(account=request.user, view=None)
        message = _("After signing in, “%(page)s” opens again.") % {"page": request.user.get_landing_page_display()}
    else:
        set_landing_view(account=request.user, view=view)
        message = _("After signing in, “%(name)s” opens from now on.") % {"name": view.name}
    messages.success(request, message)
    return redirect("saved_views")


def _success_message(view: SavedView) -> str:
    if not view.shared_with:
        return _("Saved: the view “%(name)s”, for you alone.") % {"name": view.name}
    return _("Saved: the view “%(name)s”, shared with all who have the role “%(role)s”.") % {
        "name": view.name,
        "role": Role(view.shared_with).label,
    }


def _change_form(request: Request, view: SavedView, data: QueryDict | None = None) -> SavedViewForm:
    initial = {"name": view.name, "shared_with": view.shared_with}
    return SavedViewForm(data, account=request.user, initial=initial, auto_id=f"id_{view.pk}_%s")


def _render(
    request: Request,
    *,
    save_form: SaveViewForm | None = None,
    values: Mapping[str, str] | None = None,
    may_overwrite: bool = False,
    changing: tuple[int, SavedViewForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    own_first = Case(When(owner=request.user, then=0), default=1)
    views = permissions.readable_views(request.user).select_related("owner").order_by(own_first, "name", "pk")
    place = list(views.values_list("pk", flat=True)).index(changing[0]) if changing else None
    number = request.GET.get("page") if place is None else place // VIEWS_PER_PAGE + 1
    page = Paginator(views, VIEWS_PER_PAGE).get_page(number)
    choices = TaskFilterSet.look_up(today(), *(QueryDict(view.query) for view in page))
    rows = []
    for view in page:
        own = view.owner_id == request.user.pk
        form = None
        if own:
            form = changing[1] if changing and changing[0] == view.pk else _change_form(request, view)
        rows.append({"view": view, "description": describe(view.query, today(), choices), "form": form})
    context = {
        "page": page,
        "own": [row for row in rows if row["form"]],
        "shared": [row for row in rows if not row["form"]],
        "save_form": save_form,
        "save_description": describe(values.get("query", ""), today()) if values is not None else None,
        "hidden_values": values,
        "may_overwrite": may_overwrite,
    }
    return render(request, "meetings/tasks/saved_views/list.html", context, status=status)

"""Write operations: the actions of a task's page, through the forms of that page.

A form knows the arguments of its service, who may call it, and the version. Here the fields of the form become the
types of the request body, and its messages the response.
"""

import datetime
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import ConfigDict, Field, create_model

from meetings import permissions
from meetings.core.text import MAX_ID_DIGITS
from meetings.errors import ConflictError
from meetings.models import MAX_TEXT_LENGTH, Account, Status, Task
from meetings.tasks.forms.update import TaskForm, UpdateTaskForm
from meetings.tasks.forms.workflow import DecisionForm, TaskActionForm
from meetings.tasks.services.status import update_task
from meetings.tasks.views.workflow_actions import ACTIONS, Action
from meetings.ui.http import Request
from meetings.ui.navigation import today

from . import schemas
from .parameters import TEXT_PATTERN, check_parameters, parameter
from .problems import problem_response, refusal_response, say_version_is_missing
from .read_operations import Id, tell_task

router = Router()

ETAG = re.compile(r'^(?:W/)?"([0-9]{1,9})"$')
IF_MATCH = {
    "parameters": [
        {
            **parameter("If-Match", {"type": "string", "pattern": r'^(W/)?"[0-9]{1,9}"$'}, place="header"),
            "required": True,
            "description": "The ETag of the task that was read",
        }
    ]
}
# Fields that are not in the body: If-Match or the page has them.
UNSENT = ("version", "status_was", "files")
Run = Callable[[Any], object]


class Body(Schema):
    """What a form takes, each field by its name."""

    model_config = ConfigDict(extra="forbid")


def _type_of(name: str, field: Any) -> Any:
    match field:
        case forms.DateField():
            return datetime.date
        case forms.ModelChoiceField():
            return Annotated[int, Field(ge=1, lt=10**MAX_ID_DIGITS)]
        case forms.IntegerField():
            return Annotated[int, Field(ge=field.min_value, le=field.max_value)]
        case forms.ChoiceField():
            offered: Any = field.choices
            values = [value for value, _label in offered] or Status.values
            return Literal[tuple(values)]
        case forms.CharField():
            least = 1 if field.required else 0
            most = field.max_length or MAX_TEXT_LENGTH
            return Annotated[str, Field(min_length=least, max_length=most, pattern=TEXT_PATTERN)]
    raise TypeError(f"the API has no type for {name}")


def _body_of(name: str, form: type[TaskForm]) -> type[Body]:
    """Return the type of the request body for ``form``."""
    fields: dict[str, Any] = {}
    for field_name, field in form.base_fields.items():
        if field_name in UNSENT:
            continue
        kind = _type_of(field_name, field)
        # Without it, it is today, as in a form that was just opened.
        is_required = field.required and field_name != "effective_on"
        fields[field_name] = (kind, Field(...)) if is_required else (kind | None, Field(None))
    if issubclass(form, DecisionForm):
        fields["decision"] = (Literal["accept", "refuse"], Field(...))
    return create_model(f"{name.title().replace('-', '')}Body", __base__=Body, **fields)


def _add(name: str, form: Any, find: Callable[[Account, int], Task], run: Run, summary: str) -> None:
    """Add the operation ``name`` on a task: validate by ``form``, then call ``run``."""

    def act(request: Request, response: HttpResponse, pk: Id, body: Any) -> Any:
        check_parameters(request.GET, ())
        task = find(request.user, pk)
        sent = request.headers.get("If-Match")
        if sent is None:
            return say_version_is_missing()
        if (version := ETAG.match(sent)) is None:
            return problem_response(400, _("If-Match holds no ETag of a task."))
        data, given = QueryDict(mutable=True), body.model_dump(mode="json", exclude_none=True)
        data.update({"effective_on": today().isoformat(), **given, "version": version[1]})
        action = {"action": name} if issubclass(form, TaskActionForm) else {}
        filled = form(data, account=request.user, task=task, **action)
        if surplus := [field for field in given if field not in {*filled.fields, "decision"}]:
            return refusal_response((field, _("This task, or this account, has no such field.")) for field in surplus)
        if not filled.submit(lambda: run(filled)):
            return _refuse(filled)
        return tell_task(request, response, pk, today())

    act.__annotations__["body"] = _body_of(name, form)
    path = f"/tasks/{{int:pk}}/{name}"
    operation_id = name.replace("-", "_")
    add = router.post(
        path,
        response=schemas.Task,
        summary=summary,
        operation_id=operation_id,
        url_name=operation_id,
        openapi_extra=IF_MATCH,
    )
    add(act)


def _refuse(form: TaskForm) -> HttpResponse:
    if form.conflict is not None:
        return conflict_response(form.conflict)
    errors = [
        (None if name == NON_FIELD_ERRORS else name, str(message))
        for name, messages in form.errors.items()
        for message in messages
    ]
    # How a deadline was read, to be confirmed: sent along the next time, it is accepted.
    understood = form.data.get("understood") if "understood" in form.fields else None
    return refusal_response(errors, form.status_code, **({"understood": understood} if understood else {}))


def conflict_response(error: ConflictError) -> HttpResponse:
    """Return the response to a change of an older version: what others did since."""
    entries = [schemas.LogEntry.of(entry).model_dump(mode="json") for entry in error.newer_entries]
    version = {} if error.current_version is None else {"version": error.current_version}
    return problem_response(412, error.message, **version, newer_entries=entries)


def _find_for(action: Action) -> Callable[[Account, int], Task]:
    return lambda account, pk: permissions.task_for_roles(account, pk, today(), action.takers)


def _takes_files(action: Action) -> bool:
    """Return whether the action takes files of evidence, which only pages do."""
    fields = action.form.base_fields
    return "evidence" in fields or ("files" in fields and fields["files"].required)


def _update(form: UpdateTaskForm) -> object:
    return update_task(task_id=form.task.pk, actor=form.account, **form.arguments())


with translation.override("en"):
    _add(
        "progress",
        UpdateTaskForm,
        lambda account, pk: permissions.writable_task(account, pk, today()),
        _update,
        "Record progress, a status or a review day",
    )
    for _name, _action in ACTIONS.items():
        if not _takes_files(_action):
            _add(_name, _action.form, _find_for(_action), _action.run, str(_action.form.title))

"""What waits for whoever is signed in, and handing out evidence."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.exports.downloads import stored_file_response
from meetings.models import Role
from meetings.tasks import inbox as waiting
from meetings.tasks.import_issues import count_open_issues
from meetings.tasks.navigation import inbox_task_url
from meetings.ui.http import Request
from meetings.ui.navigation import today


@require_safe
def inbox(request: Request) -> HttpResponse:
    """Show what waits for the account, the longest first; ``?begin`` opens the first."""
    day = today()
    if "begin" in request.GET:
        first = waiting.next_task(request.user, day)
        return redirect(inbox_task_url(first) if first else "inbox")
    # Asked for once, for here and for the navigation.
    questions = {"open_issue_count": count_open_issues()} if permissions.is_secretariat(request.user) else {}
    groups = [(group, list(group.items(day))) for group in waiting.groups(request.user, day)]
    context = {
        "day": day,
        "groups": groups,
        "number": sum(len(tasks) for _group, tasks in groups),
        **questions,
        "has_inbox": waiting.has_inbox(request.user),
        "is_secretariat": request.user.role == Role.SECRETARIAT,
    }
    return render(request, "meetings/tasks/inbox.html", context)


@require_safe
def evidence(request: Request, pk: int) -> HttpResponseBase:
    """Serve a file of evidence, always as a download in a sandbox."""
    file = permissions.downloadable_evidence(request.user, pk)
    sandbox = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return stored_file_response(request, file.file, file.name, file.content_type, **sandbox)

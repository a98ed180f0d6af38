"""The two addresses of the API: the page that describes it, and all that is below.

Django's resolver would import every address to reverse any; here what the API is made of comes with its first request.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from .middleware import PREFIX

_URLCONF = "meetings.api.urls"


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the description of the API, by which it can be tried as who is signed in."""
    return render(request, "meetings/api/docs.html")


# Who asks is said by a token, or by a session with its token against forgery (`meetings.api.service`).
@login_not_required
@csrf_exempt
def api(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer a request of a program."""
    try:
        match = resolve(f"{PREFIX}{path}", _URLCONF)
    except Resolver404 as error:
        raise Http404 from error
    request.resolver_match = match
    is_head = request.method == "HEAD"
    if is_head:
        # The library takes it for a method of its own; the server sends no body.
        request.method = "GET"
    answer = match.func(request, *match.args, **match.kwargs)
    # That of a task is its version, to write by: its health changes with the day.
    if request.method == "GET" and "ETag" not in answer.headers:
        set_response_etag(answer)
        answer = get_conditional_response(request, etag=answer.get("ETag"), response=answer)
    if is_head:
        request.method = "HEAD"
    return answer

"""The addresses of the API, for `meetings.api.entry` alone."""

from django.urls import URLPattern, path

from .middleware import PREFIX
from .service import api

_ROOT = "api-root"

urlpatterns = [
    path(f"{PREFIX.removeprefix('/')}{each.pattern}", each.callback, name=f"api:{each.name}")
    for each in api.urls[0]
    if isinstance(each, URLPattern) and each.name != _ROOT
]

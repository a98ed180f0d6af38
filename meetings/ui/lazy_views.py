"""Views whose module is imported with the first request for one of them.

Reading documents, writing reports and posting to robots need libraries that take most of a worker's memory and half of
its start-up time, for pages that are seldom requested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase


@dataclass(frozen=True)
class LazyView:
    """One view; whoever asks it for anything gets the answer of the one in ``module``."""

    module: str
    name: str

    @property
    def __wrapped__(self) -> Callable[..., HttpResponseBase]:
        view: Callable[..., HttpResponseBase] = getattr(import_module(self.module), self.name)
        return view

    @property
    def login_required(self) -> bool:
        """What django.contrib.auth's decorators say of it."""
        return getattr(self.__wrapped__, "login_required", True)

    def __call__(self, request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        return self.__wrapped__(request, **arguments)


@dataclass(frozen=True)
class LazyViews:
    """The views of a module, by their names."""

    module: str

    def __getattr__(self, name: str) -> LazyView:
        return LazyView(self.module, name)

"""Types that only the checker knows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # The stubs are installed where code is checked, not where it runs.
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = Any

__all__ = ["StrOrPromise"]

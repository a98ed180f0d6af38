"""Permissions: views get objects only through these functions (docs/domain.md).

Everyone signed in reads everything, so functions for reading ask only that the object exists on the day; functions
for writing raise PermissionDenied for everybody else than those who may write.
"""

from .jobs import *
from .meetings import *
from .organisation import *
from .roles import *
from .saved_views import *
from .tasks import *
from .workbooks import *

"""Permissions: views get objects only through these functions (docs/domain.md).

Everyone signed in reads everything, so functions for reading ask only that the object exists on the day; functions
for writing raise PermissionDenied for everybody else than those who may write.
"""

from .meetings import (
    editable_meeting,
    editable_suggestion,
    linkable_suggestion,
    own_drafts,
    readable_document,
    readable_documents,
    readable_meeting,
    readable_meetings,
    readable_suggesters,
    writable_draft,
)
from .organisation import (
    calendar_owner,
    editable_department,
    editable_person,
    handover_account,
    managed_account,
    managed_accounts,
    readable_department,
    readable_departments,
    readable_leader,
    readable_people,
    readable_person,
)
from .roles import (
    annotate_liaison_roles,
    available_transitions,
    can_change_tasks,
    can_manage_organisation,
    can_report,
    is_secretariat,
    own_scope,
    quick_transitions,
    reporting_departments,
    require_administrator,
    require_organisation_manager,
    require_secretariat,
    responsible_accounts,
    roles_of,
)
from .saved_views import own_view, readable_view, readable_views, roles_to_share_with
from .tasks import (
    answerable_instruction,
    can_delete_evidence,
    can_undo_batch,
    deletable_evidence,
    downloadable_evidence,
    editable_task,
    filter_by_scope,
    merged_task,
    own_tasks,
    readable_batch,
    readable_batches,
    readable_states,
    readable_task,
    readable_tasks,
    selectable_tasks,
    task_for_roles,
    undoable_batch,
    writable_task,
)
from .workbooks import (
    can_use_workbooks,
    decidable_workbook,
    own_workbooks,
    readable_workbook,
    readable_workbooks,
    require_workbook_access,
    workbook_departments,
)

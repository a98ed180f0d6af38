"""The register's addresses (docs/domain.md, Contracts: pages)."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from .accounts.views import accounts, change_log, login, preferences, second_factors
from .api import entry as api
from .breakdown.views import edit_table, meetings, split_merge
from .devtools import views as devtools
from .jobs import file_views, views as jobs
from .operations import metrics, readiness
from .organisation import views as organisation, working_day_views
from .tasks.views import (
    back_dating,
    batches,
    chasing,
    choices,
    columns,
    corrections,
    dashboard,
    filter_options,
    help,
    import_issues,
    inbox,
    inline_status,
    saved_views,
    search,
    tasks,
    workflow,
)
from .ui.lazy_views import LazyViews

manual_views = LazyViews("meetings.minutes.manual_views")
minutes = LazyViews("meetings.minutes.views")
workbooks = LazyViews("meetings.workbooks.views")
identity = LazyViews("meetings.accounts.views.identity")
appraisal = LazyViews("meetings.reports.appraisal_views")
comparison = LazyViews("meetings.reports.comparison_views")
due_calendar = LazyViews("meetings.reports.due_calendar_views")
letterheads = LazyViews("meetings.reports.letterhead_views")
suggestions = LazyViews("meetings.reports.suggestion_views")
reports = LazyViews("meetings.reports.views")
notifications = LazyViews("meetings.notifications.views")
robots = LazyViews("meetings.notifications.robot_views")
webhooks = LazyViews("meetings.notifications.webhook_views")

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("counts/<slug:parameter>/", dashboard.counts, name="counts"),
    path("help/", help.help_page, name="help"),
    path("help/sample/", devtools.load_sample, name="load_sample"),
    path("overview/", dashboard.redirect_to_dashboard, name="overview"),
    path("choices/<slug:kind>/", choices.choices, name="choices"),
    path("search/", search.search, name="search"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/deadline-reading/", workflow.deadline_preview, name="deadline_reading"),
    path("tasks/<int:pk>/edit/", corrections.edit_task, name="task_edit"),
    path("tasks/<int:pk>/split/", split_merge.task_split, name="task_split"),
    path("tasks/<int:pk>/join/", split_merge.task_merge, name="task_join"),
    path("tasks/batch/", batches.batch_create, name="change_many"),
    path("tasks/<int:pk>/status/", inline_status.task_status, name="task_status"),
    path("back-dated/", back_dating.back_dated_list, name="back_dated_list"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch"),
    path("batches/<int:pk>/undo/", batches.undo_batch, name="undo_batch"),
    path("tasks/<int:pk>/<slug:action>/", workflow.task_action, name="task_action"),
    path("tasks/options/", filter_options.further_filters, name="further_filters"),
    path("tasks/options/<slug:name>/", filter_options.filter_options, name="filter_options"),
    path("tasks/columns/", columns.choose_columns, name="choose_columns"),
    path("views/", saved_views.saved_views, name="saved_views"),
    path("views/<int:pk>/", saved_views.saved_view, name="open_view"),
    path("views/<int:pk>/change/", saved_views.saved_view_edit, name="change_view"),
    path("views/<int:pk>/delete/", saved_views.saved_view_delete, name="delete_view"),
    path("views/<int:pk>/first-page/", saved_views.saved_view_first_page, name="begin_with_view"),
    path("evidence/<int:pk>/", inbox.evidence, name="evidence"),
    path("acknowledgements/", chasing.acknowledge_meeting, name="acknowledge"),
    path("chasing/", chasing.chasing, name="chasing"),
    path("chasing/slips/", chasing.supervision_slips, name="supervision_slips"),
    path("chasing/remind/", chasing.remind_many, name="remind_many"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("confirmations/", import_issues.import_issue_list, name="confirmations"),
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/compare/", comparison.meeting_compare, name="meeting_compare"),
    path("suggestions/<int:pk>/", suggestions.suggestion_detail, name="suggestion"),
    path("suggestions/<int:pk>/raised-before/", comparison.suggestion_related, name="suggestion_raised_before"),
    path("reports/", reports.reports, name="reports"),
    path("reports/slips/", reports.slips, name="report_slips"),
    path("letterheads/", letterheads.letterheads, name="letterheads"),
    path("letterheads/<slug:paper>/", letterheads.letterhead_file, name="letterhead_file"),
    path("letterheads/<slug:paper>/remove/", letterheads.letterhead_remove, name="letterhead_remove"),
    path("reports/calendar/", due_calendar.due_calendar, name="due_calendar"),
    path("reports/meeting/", reports.report, {"name": "meeting"}, name="report_of_meeting"),
    path("reports/bulletin/", reports.report, {"name": "bulletin"}, name="report_bulletin"),
    path("reports/appraisal/", appraisal.appraisal, name="report_appraisal"),
    path("reports/reply/", reports.report, {"name": "reply"}, name="report_reply"),
    path("reports/register/", reports.report, {"name": "register"}, name="report_register"),
    path("meetings/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/agreement/", meetings.meeting_agreement, name="meeting_agreement"),
    path("meetings/<int:pk>/next-meeting/", meetings.meeting_next_day, name="next_meeting"),
    path("meetings/<int:pk>/remove-demonstration/", devtools.remove, name="remove_demonstration"),
    path("meetings/new/", manual_views.meeting_new, name="meeting_new"),
    path("meetings/<int:pk>/edit/", manual_views.meeting_edit, name="meeting_edit"),
    path("meetings/<int:pk>/arrange/", edit_table.meeting_breakdown, name="meeting_arrange"),
    path("meetings/<int:pk>/suggestions/new/", manual_views.suggestion_new, name="suggestion_new"),
    path("meetings/<int:pk>/suggestions/reading/", manual_views.suggestion_preview, name="suggestion_reading"),
    path("suggestions/<int:pk>/edit/", manual_views.suggestion_edit, name="suggestion_edit"),
    path("suggestions/<int:pk>/tasks/new/", manual_views.task_new, name="task_new"),
    path("suggestions/<int:pk>/split/", split_merge.suggestion_split, name="suggestion_split"),
    path("suggestions/<int:pk>/join/", split_merge.suggestion_merge, name="suggestion_join"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/people/", organisation.organisation_people, name="organisation_people"),
    path("working-days/", working_day_views.working_days, name="working_days"),
    path("departments/<int:pk>/", organisation.department_detail, name="department_detail"),
    path("departments/<int:pk>/<slug:action>/", organisation.department_action, name="department_action"),
    path("people/<int:pk>/", organisation.person_detail, name="person_detail"),
    path("people/<int:pk>/<slug:action>/", organisation.person_action, name="person_action"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/changes/", change_log.change_log, name="change_log"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/", accounts.account_detail, name="account_detail"),
    path("accounts/<int:pk>/password/", accounts.account_password, name="account_password"),
    path("accounts/<int:pk>/unlock/", accounts.account_unlock, name="account_unlock"),
    path("accounts/<int:pk>/second-factor/", accounts.account_second_factor, name="account_second_factor"),
    path("accounts/<int:pk>/unlink/", accounts.account_unlink, name="account_unlink"),
    path("accounts/<int:pk>/hand-over/", organisation.account_handover, name="account_hand_over"),
    path("import/", minutes.minutes_import, name="import_home"),
    path("import/<int:pk>/", minutes.draft, name="draft"),
    path("import/<int:pk>/file/", minutes.minutes_file, name="minutes_file"),
    path("fill-in/", workbooks.fill_in, name="fill_in"),
    path("fill-in/workbook/", workbooks.workbook_export, name="fill_in_workbook"),
    path("fill-in/<int:pk>/", workbooks.workbook_review, name="fill_in_upload"),
    path("fill-in/<int:pk>/file/", workbooks.workbook_file, name="fill_in_file"),
    path("accounts/login/", login.SignInView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/unsaved/discard/", RedirectView.as_view(pattern_name="dashboard"), name="discard_kept"),
    path("accounts/settings/", preferences.account_settings, name="account_settings"),
    path("accounts/settings/password/", preferences.change_password, name="change_password"),
    path("accounts/login/second-factor/", second_factors.second_factor, name="second_factor"),
    path("accounts/login/<slug:way>/", identity.identity_sign_in, name="identity_sign_in"),
    path("accounts/settings/second-factor/", second_factors.second_factors, name="second_factors"),
    path("accounts/settings/second-factor/passkeys/", second_factors.add_passkey, name="add_passkey"),
    path("accounts/settings/second-factor/recovery-codes/", second_factors.recovery_codes, name="recovery_codes"),
    path("accounts/settings/second-factor/remove/", second_factors.remove_second_factor, name="remove_second_factor"),
    path("accounts/settings/sessions/end/", preferences.end_session, name="end_session"),
    path("accounts/settings/calendar/", preferences.make_calendar_address, name="make_calendar_address"),
    path("accounts/settings/calendar/revoke/", preferences.revoke_calendar_address, name="revoke_calendar_address"),
    path("accounts/settings/calendar/alarm/", preferences.set_calendar_alarm, name="set_calendar_alarm"),
    path("accounts/settings/tokens/", preferences.make_api_token, name="make_api_token"),
    path("accounts/settings/tokens/<int:pk>/revoke/", preferences.revoke_api_token, name="revoke_api_token"),
    path("api/v1/", api.docs, name="api_docs"),
    path("api/v1/<path:path>", api.api, name="api"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<uuid:pk>/retry/", jobs.retry_job, name="retry_job"),
    path("exports/<uuid:pk>/", file_views.export, name="export"),
    path("exports/<uuid:pk>/file/", file_views.export_file, name="export_file"),
    path("robots/", robots.robot_list, name="robots"),
    path("robots/<int:pk>/remove/", robots.robot_remove, name="robot_remove"),
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/<int:pk>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("calendar/<str:secret>.ics", notifications.calendar, name="calendar"),
    path("i18n/setlang/", login_not_required(preferences.choose_language), name="set_language"),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", readiness.healthz, name="healthz"),
    path("healthz/live", readiness.healthz_live, name="healthz_live"),
]

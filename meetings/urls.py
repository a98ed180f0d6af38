"""The register's addresses (DESIGN.md, Contracts: pages)."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from .views import accounts, calendar, dashboard, inbox, intake, meeting_rules, meetings, settings, task_actions, tasks

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/deadline-reading/", task_actions.deadline_reading, name="deadline_reading"),
    path("tasks/<int:pk>/<slug:action>/", task_actions.task_action, name="task_action"),
    path("evidence/<int:pk>/", inbox.evidence, name="evidence"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("tasks/marks/<int:pk>/confirm/", tasks.confirm_mark, name="confirm_mark"),
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<int:pk>/agreement/", meeting_rules.meeting_agreement, name="meeting_agreement"),
    path("meetings/<int:pk>/next-meeting/", meeting_rules.next_meeting, name="next_meeting"),
    path("import/", intake.import_home, name="import_home"),
    path("import/<int:pk>/", intake.draft, name="draft"),
    path("import/<int:pk>/file/", intake.minutes_file, name="minutes_file"),
    path("accounts/login/", accounts.SignInView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/settings/", settings.account_settings, name="account_settings"),
    path("accounts/settings/calendar/", settings.make_calendar_address, name="make_calendar_address"),
    path("accounts/settings/calendar/revoke/", settings.revoke_calendar_address, name="revoke_calendar_address"),
    path("calendar/<str:secret>.ics", calendar.calendar, name="calendar"),
    path("i18n/setlang/", login_not_required(settings.choose_language), name="set_language"),
    path("healthz", accounts.healthz, name="healthz"),
]

"""The register's addresses (DESIGN.md, Contracts: pages)."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from .views import accounts, dashboard, meetings, tasks

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/marks/<int:pk>/confirm/", tasks.confirm_mark, name="confirm_mark"),
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("meetings/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("accounts/login/", accounts.SignInView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("healthz", accounts.healthz, name="healthz"),
]

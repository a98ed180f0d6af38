"""Where everything is."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("meetings.urls")),
    path("admin/", admin.site.urls),
]

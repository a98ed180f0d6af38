"""A CAS server of its own: `python -m tests.accounts.cas_server PORT`, with CAS_DATABASE naming a file.

It is django-cas-server; the register's own settings have no part in it.
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import URLResolver, include, path

ATTRIBUTES = {"displayName": "张三", "mail": "zhang@example.org", "groups": ["register-staff", "everybody"]}
urlpatterns: list[URLResolver] = []


def main(port: str) -> None:
    """Serve until somebody ends it."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        CAS_AUTH_CLASS="cas_server.auth.TestAuthUser",
        CAS_NEW_VERSION_HTML_WARNING=False,
        CAS_TEST_ATTRIBUTES=ATTRIBUTES,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["CAS_DATABASE"]}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "cas_server",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        ROOT_URLCONF=__name__,
        SECRET_KEY="of this test alone",
        STATIC_URL="/static/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()
    from cas_server.models import ReplaceAttributName, ServicePattern

    # Its modules ask for settings as they are imported.
    urlpatterns.append(path("cas/", include("cas_server.urls", namespace="cas_server")))
    call_command("migrate", verbosity=0)
    pattern = ServicePattern.objects.create(
        pos=1, name="register", pattern=r"^http://localhost:8000/accounts/login/cas/"
    )
    for name in ATTRIBUTES:
        ReplaceAttributName.objects.create(name=name, service_pattern=pattern)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main(sys.argv[1])

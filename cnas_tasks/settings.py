"""Settings for every deployment; what differs is read from the environment."""

import importlib.util
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.http.request import split_domain_port
from django.utils.translation import gettext_lazy as _

from cnas_tasks.environment import RESOURCES_DIR, Environment
from cnas_tasks.logs import logging_config

_PACKAGE = Path(__file__).resolve().parent
# The folder with manage.py; of a wheel that was installed without one, that of its environment.
BASE_DIR = _PACKAGE.parent if (_PACKAGE.parent / "manage.py").is_file() else Path(sys.prefix).resolve().parent
DATA_DIR = BASE_DIR / "data"

env = Environment()


def _load_secret_key() -> str:
    """Return this installation's random key, created beside its database."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(mode=0o700, exist_ok=True)
        # On a full disk an empty one would stay, with which nothing starts any more.
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_urlsafe(64))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path.read_text().strip()


def _add_folder_fault(error: OSError) -> None:
    words = {"folder": DATA_DIR, "reason": error.strerror}
    env.add_fault(
        lambda _: (
            _("The folder %(folder)s cannot be written to: %(reason)s. It is for the account that runs the register.")
            % words
        )
    )


DEBUG = env.flag("DEBUG", default=False)
try:
    SECRET_KEY = env.text("SECRET_KEY") or _load_secret_key()
except OSError as error:
    _add_folder_fault(error)
BASE_URL = env.web_address("BASE_URL", default="http://localhost:8000", is_whole=True)
SERVED_OVER_HTTPS = BASE_URL.startswith("https://")
# The address that people open is answered, whatever else is.
ALLOWED_HOSTS = [
    *env.hosts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"], patterns=["*"]),
    split_domain_port(urlsplit(BASE_URL).netloc)[0],
]
# How many proxies of our own stand before the server; their word is taken for where a request comes from.
PROXY_COUNT = env.number("PROXY_COUNT", default=0, lowest=0)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- the domain ---------------------------------------------------------------------------------

DUE_SOON_DAYS = env.number("DUE_SOON_DAYS", default=30, lowest=0)
REVIEW_INTERVAL_MONTHS = env.number("REVIEW_INTERVAL_MONTHS", default=3, lowest=1)
# How many days before its review a task without a due date enters the digest of its liaisons.
REVIEW_DUE_DAYS = env.number("REVIEW_DUE_DAYS", default=7, lowest=0)
# After how many working days a department that has not taken over its tasks of a new meeting is chased.
ACKNOWLEDGEMENT_DAYS = env.number("ACKNOWLEDGEMENT_DAYS", default=5, lowest=0)
# So many working days back liaisons date what they record; on earlier days it counts once the secretariat has
# consented, until then from the day of recording. A negative number: on every day at once.
BACK_DATING_DAYS = env.number("BACK_DATING_DAYS", default=10)
# After how many working days what is overdue or review-missed is told to heads of department and to supervising
# leaders; 0: from the first day, a negative number: never.
ESCALATE_TO_HEAD_AFTER = env.number("ESCALATE_TO_HEAD_AFTER", default=5)
ESCALATE_TO_LEADER_AFTER = env.number("ESCALATE_TO_LEADER_AFTER", default=10)
# What one file of evidence may weigh, and how many may be sent at a time.
EVIDENCE_MAX_MEGABYTES = env.number("EVIDENCE_MAX_MEGABYTES", default=20, lowest=1)
EVIDENCE_MAX_FILES = 10
# What may be sent at once to a page that takes files; to any other, Django's 2.5 MB.
UPLOAD_MAX_MEGABYTES = max(200, EVIDENCE_MAX_FILES * EVIDENCE_MAX_MEGABYTES)

# --- applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "meetings",
    # Shows what meetings.admin registers, and nothing of other packages.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    # The templates of its widgets, for FORM_RENDERER.
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks_db",
]

MIDDLEWARE = [
    # It sees every answer, whoever gives it.
    "meetings.middleware.RequestLogMiddleware",
    # What browsers are told stands on every answer: on static files, redirects and faults, too.
    "meetings.middleware.BrowserPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are compressed once, where they are collected.
    "meetings.middleware.CompressionMiddleware",
    "meetings.middleware.HealthMiddleware",
    "meetings.api.middleware.ProblemMiddleware",
    "meetings.middleware.FaultMiddleware",
    "meetings.middleware.InputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "meetings.api.middleware.ApiMiddleware",
    "meetings.middleware.LanguageMiddleware",
    "meetings.accounts.middleware.SignInMiddleware",
    # It reads what was sent, so it comes after those that refuse it unread.
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "meetings.middleware.FileTransferMiddleware",
    "meetings.middleware.MethodMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cnas_tasks.urls"
WSGI_APPLICATION = "cnas_tasks.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RESOURCES_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["cnas_tasks.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -----------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'register.sqlite3'}")}
# Who owns the tables, where the application is not to: `migrate` connects so.
_owner = env.database("MIGRATION_DATABASE_URL")
if _owner and _owner["ENGINE"] != DATABASES["default"]["ENGINE"]:
    env.add_fault(
        lambda _: _(
            "The settings DATABASE_URL and MIGRATION_DATABASE_URL name databases of two kinds. Both name the same."
        )
    )
MIGRATION_DATABASE = {name: _owner[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")} if _owner else None
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# As long a writer waits for another one before the page says so, on either database.
LOCK_TIMEOUT_SECONDS = 20
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Passwords and sessions lie in it: nobody else on the machine has to read them.
    try:
        DATA_DIR.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        _add_folder_fault(error)
    # Readers never wait for the writer (WAL); a writer takes its lock when it begins, so that two of them
    # queue for `timeout` seconds instead of failing half-way with "database is locked". Each thread keeps 1 MB of the
    # file in memory instead of 2: with 100,000 tasks that is as fast, and a worker is 6 MB smaller.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": LOCK_TIMEOUT_SECONDS,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-1000;"
        ),
    }
else:
    # Who cannot be reached, or has gone without a word, is given up instead of waited for.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    DATABASES["default"]["OPTIONS"].setdefault("tcp_user_timeout", LOCK_TIMEOUT_SECONDS * 1000)
    DATABASES["default"]["OPTIONS"].setdefault("options", f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [RESOURCES_DIR / "fixtures"]
# Fixtures and backups of before name some models otherwise.
SERIALIZATION_MODULES = {"json": "meetings.core.serialization"}

# --- accounts -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "meetings.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "meetings.accounts.second_factor_check.SecondFactorBackend",
    "meetings.accounts.directory.DirectoryBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "meetings.accounts.lockout.UnlockByNewPassword"},
]
ROLES = ("secretariat", "liaison", "leader", "reader", "administrator")
# Whose accounts set up a second factor before anything else; others may.
SECOND_FACTOR_ROLES = env.texts("SECOND_FACTOR_ROLES", default=[], choices=ROLES)
# After so many minutes without a request a session ends; 0: two weeks after signing in.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", default=0, lowest=0)
if SESSION_IDLE_MINUTES:
    SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
# Identity servers of the office, each off unless it is named (docs/operations.md).
OIDC_ISSUER = env.web_address("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    env.add_fault(lambda _: _("OIDC_ISSUER is set, but not OIDC_CLIENT_ID: who the register is to the provider."))
LDAP_URL = env.web_address("LDAP_URL", default="", schemes=("ldaps", "ldap"))
LDAP_BASE = env.text("LDAP_BASE")
LDAP_BIND_DN = env.text("LDAP_BIND_DN")
LDAP_BIND_PASSWORD = env.text("LDAP_BIND_PASSWORD")
LDAP_NAME_ATTRIBUTE = env.text("LDAP_NAME_ATTRIBUTE", default="uid")
# Whether passwords go to ldap:// encrypted; to ldaps:// they always do.
LDAP_STARTTLS = env.flag("LDAP_STARTTLS", default=True)
if LDAP_URL and not LDAP_BASE:
    env.add_fault(
        lambda _: _("LDAP_URL is set, but not LDAP_BASE: below which entry of the directory people are looked for.")
    )
CAS_URL = env.web_address("CAS_URL", default="")
# By what somebody new at such a server is matched with an account that is there.
IDENTITY_MATCH = env.choice("IDENTITY_MATCH", default="nothing", choices=("nothing", "email", "username"))
# Where groups stand in what the server says, and which role the members of each have.
IDENTITY_GROUPS = env.text("IDENTITY_GROUPS", default="memberOf" if LDAP_URL else "groups")
IDENTITY_ROLES = env.pairs("IDENTITY_ROLES", choices=ROLES)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "meetings.accounts.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "meetings.accounts.lockout.lockout_response"
# Who tries during a lockout does not prolong it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "cnas_tasks.client_address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [RESOURCES_DIR / "locale"]
FORMAT_MODULE_PATH = ["cnas_tasks.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# --- static files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Of django-ninja, what draws the description of the API; as an application it would be loaded by every process.
_ninja = importlib.util.find_spec("ninja")
assert _ninja is not None  # requirements.txt
assert _ninja.origin is not None
STATICFILES_DIRS = [RESOURCES_DIR / "static", ("ninja", Path(_ninja.origin).parent / "static" / "ninja")]
# A store that speaks S3 in place of the folder of files; who we are to it stands in AWS_ACCESS_KEY_ID and
# AWS_SECRET_ACCESS_KEY, or wherever else boto3 looks.
S3_BUCKET = env.text("S3_BUCKET")
_FOLDER = {"BACKEND": "meetings.storage.files.RegisterStorage"}
_BUCKET = {
    "BACKEND": "meetings.storage.s3.S3RegisterStorage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.web_address("S3_ENDPOINT_URL", default="") or None,
        "region_name": env.text("S3_REGION") or None,
    },
}
if S3_BUCKET and importlib.util.find_spec("storages") is None:
    # Said at the start, and not when the first file comes.
    env.add_fault(
        lambda _: _("S3_BUCKET is set, but what speaks to such a store is not installed (docs/operations.md, S3).")
    )
STORAGES = {
    "default": _BUCKET if S3_BUCKET else _FOLDER,
    "staticfiles": {"BACKEND": "cnas_tasks.staticfiles.HashedWhereCollectedStorage"},
}
# Without `collectstatic` (a fresh clone, the suite) the files are found where they lie.
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "meetings.storage.files.UploadHandler",
]

# --- security -----------------------------------------------------------------------------------

# A browser sends no Secure cookie over plain http: nobody could sign in.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SERVED_OVER_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SERVED_OVER_HTTPS and not DEBUG
# How long browsers refuse to come by plain http once they came by https: nobody can take it back from them, so it is
# switched on when the certificate has proved itself. Other hosts of the domain are not the register's to bind.
_hsts_seconds = env.number("HSTS_SECONDS", default=0, lowest=0, highest=10 * 365 * 24 * 3600)
SECURE_HSTS_SECONDS = _hsts_seconds if SECURE_SSL_REDIRECT else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SERVED_OVER_HTTPS else None
# Who watches asks each server on its own machine, not by way of the proxy.
SECURE_REDIRECT_EXEMPT = [r"^(healthz(/live)?|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- jobs ---------------------------------------------------------------------------------------

# What must not be waited for in a request is run by `db_worker` (meetings.jobs).
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Where workers say that they live.
WORKERS_DIR = DATA_DIR / "workers"
# Where files lie that they write for somebody (meetings.jobs.files).
EXPORTS_DIR = DATA_DIR / "exports"
# Where nightly commands note that they came to a good end (meetings.jobs.last_runs).
RUNS_DIR = DATA_DIR / "runs"

# --- operation ----------------------------------------------------------------------------------

# Who has it reads /metrics and the figures of /healthz; without one, administrators alone do.
METRICS_TOKEN = env.text("METRICS_TOKEN")
if 0 < len(METRICS_TOKEN) < 20:
    env.add_fault(lambda _: _("The setting METRICS_TOKEN can be guessed. It should be 20 random characters or more."))

# Without it the readers of files would not start, and pages say that a file could not be read (decision 029).
if importlib.util.find_spec("resource") is None:
    env.add_fault(
        lambda _: _(
            "This system, as Windows, cannot bound what reading a file takes. The register runs on Linux or in a"
            " container: “On a Windows server” in docs/operations.md tells the way."
        )
    )

# Hosts inside that webhooks may be posted to; any outside may.
WEBHOOK_HOSTS = env.hosts("WEBHOOK_HOSTS", default=[])

# --- mail and the rest --------------------------------------------------------------------------

vars().update(env.mail_server("EMAIL_URL", default="consolemail://"))
# Seconds for each step of the conversation, so that a silent server does not keep the other mails waiting for long.
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.mail_address("DEFAULT_FROM_EMAIL", default="register@localhost")

# Whether `make run` shows an invented meeting beside the real one.
DEMONSTRATION = env.flag("DEMONSTRATION", default=True)

FORM_RENDERER = "meetings.ui.renderer.FormRenderer"
DJANGO_TABLES2_TEMPLATE = "meetings/ui/_table.html"
DJANGO_TABLES2_TABLE_ATTRS = {"class": "table table-cards"}

# Lines of JSON for a deployment, words for whoever runs it on their own machine.
LOGGING = logging_config(is_json=not DEBUG)

env.refuse_faults()

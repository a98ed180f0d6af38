"""Who signs in, and the one role each account has (docs/domain.md, Roles)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .choices import Role
from .fields import StableIdField, optional_reference
from .organisation import Department, Person


class Language(models.TextChoices):
    """The languages of the interface and of the mails."""

    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")


class LandingPage(models.TextChoices):
    """The page that opens after signing in."""

    # A former page, still the choice of some leaders; it leads to the dashboard.
    OVERVIEW = "overview", _("Home")
    DASHBOARD = "dashboard", _("Home")
    TASKS = "tasks", _("Tasks")
    INBOX = "inbox", _("Inbox")
    MEETINGS = "meetings", _("Meetings")


PAGE_SIZES = (25, 50, 100, 200)


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts, and finds them by user name."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Create an account; without a ``password`` it cannot sign in until one is set."""
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Create an administrator; Django's `createsuperuser` command calls it."""
        account = self.create_user(username, password, **{**fields, "role": Role.ADMINISTRATOR})
        # From the command line: there is no service for it, and nobody is signed in.
        apps.get_model("meetings", "ChangeLog").objects.create(account=account, kind="entered")
        return account


class Account(AbstractBaseUser):
    """A person's access to the register.

    Django's groups and permissions are left out on purpose: the role is the single source of what an account
    may do, and `meetings.permissions` the single place where that is decided.
    """

    stable_id = StableIdField()
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("There is already an account of this name. Choose another one.")},
    )
    display_name = models.CharField(_("name shown"), max_length=100)
    email = models.EmailField(_("e-mail address"), blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.READER)
    person = optional_reference(
        Person,
        _("person"),
        "accounts",
        help_text=_("For a leader: whose tasks these are. For a head of department: who is told of what is late."),
    )
    departments = models.ManyToManyField(
        Department,
        verbose_name=_("departments"),
        blank=True,
        related_name="liaisons",
        help_text=_("For a liaison's account: the departments it reports for."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=Language.choices,
        blank=True,
        help_text=_("Of pages and mails, once chosen; until then pages follow the browser's last choice."),
    )
    wants_digest = models.BooleanField(
        _("daily digest by e-mail"),
        default=True,
        help_text=_("What is waiting for this account's decision or answer is mailed in any case."),
    )
    calendar_alarm = models.BooleanField(
        _("alarm in the calendar"), default=True, help_text=_("The private calendar rings on the day of each event.")
    )
    page_size = models.PositiveSmallIntegerField(
        _("rows a page"), choices=[(size, str(size)) for size in PAGE_SIZES], null=True, blank=True
    )
    landing_page = models.CharField(
        _("first page"), max_length=20, choices=LandingPage.choices, default=LandingPage.DASHBOARD
    )
    landing_view = models.ForeignKey(
        "meetings.SavedView",
        verbose_name=_("first page"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("A saved view to begin with; takes the place of the first page."),
    )
    task_columns = models.JSONField(
        _("columns of the list"), default=list, blank=True, help_text=_("In order; none: the usual ones.")
    )
    looked_at = models.DateTimeField(_("last looked"), null=True, blank=True)
    looked_before = models.DateTimeField(_("looked before"), null=True, blank=True)
    is_active = models.BooleanField(
        _("may sign in"), default=True, help_text=_("Take this away instead of deleting the account.")
    )
    password_issued_at = models.DateTimeField(
        _("password handed out"),
        null=True,
        blank=True,
        help_text=_("When an administrator made the present password; empty once its owner has chosen one."),
    )
    date_joined = models.DateTimeField(_("created"), default=timezone.now)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(name="account_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="account_language_known", condition=Q(language__in=["", *Language.values])),
            models.CheckConstraint(
                name="account_page_size_known", condition=Q(page_size__isnull=True) | Q(page_size__in=PAGE_SIZES)
            ),
            models.CheckConstraint(name="account_landing_page_known", condition=Q(landing_page__in=LandingPage.values)),
            models.CheckConstraint(
                name="account_leader_is_a_person",
                condition=~Q(role=Role.LEADER) | Q(person__isnull=False),
                violation_error_message=_("Say which leader this account belongs to."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_absolute_url(self) -> str:
        return reverse("account_detail", args=[self.pk])

    @property
    def identity(self) -> tuple[str, bool, bool]:
        """What the SQL of queries depends on (`meetings.models.prepared`)."""
        return self.role, self.is_active, self.person_id is None

    @property
    def numbers(self) -> tuple[int, int | None]:
        """The values that queries take as parameters."""
        return self.pk, self.person_id

    def with_numbers(self, pk: int, person_id: int | None) -> Account:
        """Return a copy of the same identity, only to build a query with."""
        return Account(pk=pk, role=self.role, is_active=self.is_active, person_id=person_id)

    @property
    def name_and_username(self) -> str:
        """The name shown with the user name, which tells namesakes apart."""
        return f"{self} ({self.username})"

    @cached_property
    def department_ids(self) -> frozenset[int]:
        """The departments a liaison reports for; one query per instance, so per request."""
        return frozenset(self.departments.values_list("pk", flat=True))

    @property
    def is_staff(self) -> bool:
        """Whether the administration site opens: for administrators alone."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Return whether the administration site, which is read-only, allows it."""
        return self.is_staff and ".view_" in perm

    def has_module_perms(self, app_label: str) -> bool:
        """Return whether the administration site shows the application."""
        return self.is_staff

"""The database refuses what must never be, whoever writes it. A row per constraint, named as in the models."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from meetings.models import (
    Account,
    Acknowledgement,
    Aspect,
    Attendance,
    Batch,
    ChangeLog,
    Department,
    DraftRow,
    Evidence,
    ExtensionRequest,
    ExternalIdentity,
    FormerName,
    ImportIssue,
    Instruction,
    Letterhead,
    Mailing,
    Meeting,
    MeetingLead,
    Milestone,
    MinutesDocument,
    Person,
    Robot,
    RobotMessage,
    RobotMessageKind,
    Role,
    SavedView,
    SecondFactor,
    Suggestion,
    SuggestionOutcome,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
    TaskState,
    Webhook,
    WebhookMessage,
)
from tests import factories

pytestmark = pytest.mark.django_db

DAY = datetime.date(2023, 12, 31)


def task_with(**columns):
    """Change a task's columns past its verbs."""
    Task.objects.filter(pk=factories.task().pk).update(**columns)


def a_second(model: type[models.Model], row: models.Model, **columns):
    """Write a row that repeats ``row`` but for its key and ``columns``."""
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    del values["id"]
    # Unique by itself.
    values.pop("stable_id", None)
    model.objects.create(**{**values, **columns})


def state_of_a_task() -> TaskState:
    return factories.task().states.get()


def milestone(**columns):
    values = {"deadline_text": "2023.10", "deadline_kind": "dated", "due_date": datetime.date(2023, 10, 31)}
    return Milestone.objects.create(task=factories.task(), position=1, **{**values, **columns})


def issue() -> ImportIssue:
    return ImportIssue.objects.create(task=factories.task(), column="leaders", code="several_leaders")


def extension(**columns):
    ExtensionRequest.objects.filter(pk=factories.extension_request(factories.task()).pk).update(**columns)


def instruction(**columns):
    Instruction.objects.filter(pk=factories.instruction(factories.task(), factories.person()).pk).update(**columns)


def outcome(**columns):
    entry = factories.task().log.get()
    values = {"suggestion": entry.task.suggestion, "entry": entry, "outcome": "resolved", "reply": "已落实。"}
    SuggestionOutcome.objects.create(**{**values, **columns})


def log_entry(**columns):
    a_second(TaskLog, factories.task().log.get(), **{"sequence": 2, **columns})


def batch(**columns) -> Batch:
    return Batch.objects.create(**{"made_by": factories.secretariat(), "source": "list", **columns})


def change(**columns) -> None:
    ChangeLog.objects.create(**{"meeting": factories.meeting(), "kind": "corrected", **columns})


def saved_view(**columns) -> SavedView:
    return SavedView.objects.create(**{"owner": factories.secretariat(), "name": "逾期的", **columns})


def digest(**columns) -> Mailing:
    return Mailing.objects.create(account=factories.account(), day=DAY, **{"kind": "digest", **columns})


def second_factor(**columns) -> SecondFactor:
    return SecondFactor.objects.create(**{"account": factories.account(), "kind": "codes", "secret": "x", **columns})


def webhook_message(**columns) -> WebhookMessage:
    return Webhook.objects.create(address="https://example.org/", secret="x").messages.create(body="{}", **columns)


def robot_message(**columns) -> RobotMessage:
    robot = Robot.objects.create(address="wecombot://0123456789abcdef/")
    return robot.messages.create(
        **{"day": DAY, "kind": RobotMessageKind.DIGEST, "title": "题", "text": "文", **columns}
    )


def lead() -> MeetingLead:
    return MeetingLead.objects.create(meeting=factories.meeting(), person=factories.person(), position=1)


def attendance() -> Attendance:
    return Attendance.objects.create(meeting=factories.meeting(), person=factories.person(), position=1)


def acknowledgement() -> Acknowledgement:
    return Acknowledgement.objects.create(meeting=factories.meeting(), department=factories.department())


def document(**columns) -> MinutesDocument:
    values = {"file": "minutes/x.docx", "sha256": "0" * 64, "size": 1, "format": "docx"}
    return MinutesDocument.objects.create(**{**values, "uploaded_by": factories.secretariat(), **columns})


def source() -> SuggestionSource:
    factories.suggestion(sources=[(factories.person("刘仲书"), "执委")])
    return SuggestionSource.objects.get()


ATTEMPTS = {
    # account
    "account_language_known": lambda: Account.objects.create(username="x", language="tlh"),
    "account_role_known": lambda: Account.objects.create(username="x", role="director"),
    "account_leader_is_a_person": lambda: Account.objects.create(username="x", role=Role.LEADER),
    "account_page_size_known": lambda: Account.objects.create(username="x", page_size=7),
    "account_landing_page_known": lambda: Account.objects.create(username="x", landing_page="moon"),
    "api_token_scope_known": lambda: factories.account().api_tokens.create(
        name="x", scope="all", ends_on=datetime.date(2030, 1, 1), secret_hash="x"
    ),
    "external_identity_of_one_account": lambda: [
        ExternalIdentity.objects.create(account=factories.account(), issuer="ldap", subject="7") for _ in range(2)
    ],
    "second_factor_kind_known": lambda: second_factor(kind="voice"),
    "second_factor_codes_of_one_app": lambda: [second_factor(account=account) for account in [factories.account()] * 2],
    # organisation
    "department_merged_is_not_in_use": lambda: Department.objects.create(name="甲", merged_into=factories.department()),
    "person_merged_is_not_in_use": lambda: Person.objects.create(name="甲", merged_into=factories.person()),
    "former_name_is_a_name": lambda: FormerName.objects.create(department=factories.department(), name=""),
    "former_name_of_one": lambda: FormerName.objects.create(name="甲"),
    "former_name_once": lambda: [
        FormerName.objects.create(department=factories.department(), name="甲") for _ in range(2)
    ],
    "former_name_of_person_once": lambda: [
        FormerName.objects.create(person=factories.person(), name="甲") for _ in range(2)
    ],
    "department_has_a_name": lambda: Department.objects.create(name=""),
    "person_has_a_name": lambda: Person.objects.create(name=""),
    "person_name_and_unit": lambda: [Person.objects.create(name="李明", unit="技术部") for _ in range(2)],
    "letterhead_paper_known": lambda: Letterhead.objects.create(
        paper="poster", file="x", original_name="x", uploaded_by=factories.secretariat()
    ),
    # meeting
    "meeting_title_and_issue_day": lambda: a_second(Meeting, factories.meeting(), document_number="另一号"),
    "meeting_document_number": lambda: a_second(Meeting, factories.meeting(), title="另一次会议"),
    "meeting_held_before_issued": lambda: factories.meeting(DAY, held_on=DAY + datetime.timedelta(days=1)),
    "meeting_lead_position": lambda: a_second(MeetingLead, lead(), person_id=factories.person("张虹").pk),
    "meeting_lead_once": lambda: a_second(MeetingLead, lead(), position=2),
    "attendance_position": lambda: a_second(Attendance, attendance(), person_id=factories.person("张虹").pk),
    "attendance_once": lambda: a_second(Attendance, attendance(), position=2),
    "acknowledgement_once": lambda: a_second(Acknowledgement, acknowledgement()),
    "aspect_position": lambda: a_second(Aspect, factories.suggestion().aspect),
    # suggestion
    "suggestion_position": lambda: a_second(Suggestion, factories.suggestion()),
    "source_position": lambda: a_second(SuggestionSource, source(), capacity="委员"),
    "source_once_per_capacity": lambda: a_second(SuggestionSource, source(), position=2),
    # task
    "task_number": lambda: a_second(Task, factories.task()),
    "task_number_from_one": lambda: task_with(number=0),
    "task_has_a_text": lambda: task_with(text=""),
    "task_status_known": lambda: task_with(status="asleep"),
    "task_closed_has_a_day": lambda: task_with(status="closed"),
    "task_kind_known": lambda: task_with(deadline_kind="someday", due_date=None),
    "task_dated_has_date": lambda: task_with(due_date=None),
    "task_original_dated_has_date": lambda: task_with(original_due_date=None),
    "task_review_interval": lambda: task_with(review_interval_months=0),
    "task_review_interval_days": lambda: task_with(review_interval_days=0),
    "task_department_once": lambda: a_second(TaskDepartment, factories.task().task_departments.get(), position=2),
    "task_department_position": lambda: a_second(
        TaskDepartment, factories.task().task_departments.get(), department_id=factories.department("办公室").pk
    ),
    "task_department_role_known": lambda: factories.task(departments=[(factories.department(), "watching")]),
    "task_leader_once": lambda: a_second(TaskLeader, factories.task().task_leaders.get(), position=2),
    "task_leader_position": lambda: a_second(
        TaskLeader, factories.task().task_leaders.get(), person_id=factories.person("张虹").pk
    ),
    "milestone_position": lambda: a_second(Milestone, milestone()),
    "milestone_dated_has_date": lambda: milestone(due_date=None),
    # log and intervals
    "log_sequence": lambda: log_entry(sequence=1),
    "log_kind_known": lambda: log_entry(kind="gossip"),
    "log_entry_has_a_hash": lambda: TaskLog.objects.bulk_create(
        [TaskLog(task=factories.task(), sequence=2, kind="comment", effective_on=DAY)]
    ),
    "log_report_has_words": lambda: log_entry(is_report=True, note=""),
    "state_since": lambda: a_second(TaskState, state_of_a_task(), until=datetime.date(2024, 1, 1)),
    "state_one_is_current": lambda: a_second(TaskState, state_of_a_task(), since=datetime.date(2024, 1, 1)),
    "state_until_after_since": lambda: TaskState.objects.filter(pk=state_of_a_task().pk).update(
        until=datetime.date(2023, 11, 8)
    ),
    # batches, changes and views
    "batch_source_known": lambda: batch(source="rumour"),
    "batch_consent_known": lambda: batch(consent="perhaps"),
    "batch_does_not_undo_itself": lambda: Batch.objects.filter(pk=batch().pk).update(undoes=models.F("pk")),
    "change_kind_known": lambda: change(kind="gossip"),
    "change_of_one_thing": lambda: change(meeting=None),
    "saved_view_name": lambda: a_second(SavedView, saved_view(), query="status=closed"),
    "saved_view_has_a_name": lambda: saved_view(name=""),
    "saved_view_role_known": lambda: saved_view(shared_with="director"),
    # mails
    "mailing_one_digest_a_day": lambda: a_second(Mailing, digest()),
    "mailing_one_for_each_entry": lambda: a_second(Mailing, digest(kind="reminder", entry=factories.task().log.get())),
    "mailing_state_known": lambda: digest(state="lost"),
    "mailing_reminder_has_an_entry": lambda: digest(kind="reminder"),
    "mailing_claimed_by_somebody": lambda: digest(state="claimed"),
    "robot_one_for_each": lambda: (robot_message(), robot_message()),
    "robotmessage_one_digest_a_day": lambda: a_second(RobotMessage, robot_message()),
    "robotmessage_one_for_each_entry": lambda: a_second(
        RobotMessage, robot_message(kind="reminder", entry=factories.task().log.get())
    ),
    "webhookmessage_state_known": lambda: webhook_message(state="lost"),
    "webhookmessage_claimed_by_somebody": lambda: webhook_message(state="claimed"),
    "robotmessage_state_known": lambda: robot_message(state="lost"),
    "robotmessage_reminder_has_an_entry": lambda: robot_message(kind="reminder"),
    "robotmessage_claimed_by_somebody": lambda: robot_message(state="claimed"),
    # lifecycle
    "extension_one_is_open": lambda: a_second(
        ExtensionRequest, factories.extension_request(factories.task()), asked_id=factories.task().log.get().pk
    ),
    "extension_status_known": lambda: extension(status="perhaps", decided=models.F("asked")),
    "extension_decided_has_entry": lambda: extension(status="granted"),
    "extension_is_later": lambda: extension(due_date=DAY, due_date_before=DAY),
    "instruction_has_words": lambda: instruction(text=""),
    "instruction_answered_has_entry": lambda: instruction(answered_on=DAY),
    "evidence_has_a_name": lambda: Evidence.objects.filter(pk=factories.evidence(factories.task()).pk).update(name=""),
    "evidence_is_not_empty": lambda: Evidence.objects.filter(pk=factories.evidence(factories.task()).pk).update(size=0),
    "outcome_known": lambda: outcome(outcome="forgotten"),
    "outcome_has_a_reply": lambda: outcome(reply=""),
    # issues to confirm
    "confirmation_once": lambda: a_second(ImportIssue, issue()),
    # drafts
    "document_is_not_empty": lambda: document(size=0),
    "document_format_known": lambda: document(format="exe"),
    "document_accepted_at_a_time": lambda: document(meeting=factories.meeting()),
    "document_draft_is_somebodys": lambda: document(uploaded_by=None),
    # workbooks that came back
    "fill_in_is_not_empty": lambda: factories.fill_in_upload(factories.account(), size=0),
    "fill_in_state_known": lambda: factories.fill_in_upload(factories.account(), state="lost"),
    "fill_in_accepted_as_a_batch": lambda: factories.fill_in_upload(factories.account(), state="accepted"),
    "draft_row_position": lambda: [
        DraftRow.objects.create(document=of, position=1, content={}) for of in [document()] for _ in range(2)
    ],
}

# The opposite of some refusals: what looks like the forbidden thing and is allowed.
ALLOWED = {
    "a closed task with its day": lambda: task_with(status="closed", closed_on=DAY),
    "an ongoing task without a date": lambda: task_with(deadline_kind="ongoing", due_date=None),
    "a next meeting whose day is not known yet": lambda: task_with(deadline_kind="next_meeting", due_date=None),
    "a next meeting whose day is known": lambda: task_with(deadline_kind="next_meeting"),
    "two meetings without a document number": lambda: [factories.meeting(document_number="") for _ in range(2)],
    "a source in two capacities": lambda: a_second(SuggestionSource, source(), capacity="委员", position=2),
    "two people of one name": lambda: [Person.objects.create(name="李明", unit=unit) for unit in ("技术部", "办公室")],
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        ATTEMPTS[name]()
    said = str(refusal.value)
    # SQLite names the columns of a unique constraint, not the constraint; on the log its trigger speaks first.
    assert name in said or (connection.vendor == "sqlite" and ("UNIQUE" in said or "never changed" in said))


@pytest.mark.parametrize("name", ALLOWED)
def test_the_database_allows(name):
    ALLOWED[name]()


def test_every_constraint_has_its_attempt():
    """A constraint nobody tried to break may be one that breaks nothing."""
    named = {
        constraint.name
        for model in apps.get_app_config("meetings").get_models()
        for constraint in model._meta.constraints
    }
    assert named == set(ATTEMPTS)

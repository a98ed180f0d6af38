"""Who gets what, as one table: every address and every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps

NOBODY, READER, ELSEWHERE, SUPPORTING, RESPONSIBLE, LEADER, SECRETARIAT, ADMINISTRATOR = ROLES = (
    "nobody",
    "a reader",
    "the liaison of another department",
    "the liaison of a supporting department",
    "the liaison of a responsible department",
    "a leader",
    "the secretariat",
    "an administrator",
)
SIGN_IN = "sign in"
Expected = dict[str, int | str]


def expect(status: int, **others: int | str) -> Expected:
    """Everyone signed in gets ``status``, nobody else anything; ``others`` are exceptions, by the role's constant."""
    exceptions = {globals()[name.upper()]: answer for name, answer in others.items()}
    return {NOBODY: SIGN_IN, **dict.fromkeys(ROLES[1:], status), **exceptions}


READS = expect(200)
ANYBODY = dict.fromkeys(ROLES, 200)
NO_SUCH_METHOD = expect(405)
WRITES_ON_THE_TASK = expect(403, supporting=302, responsible=302, secretariat=302)
SECRETARIAT_ALONE = expect(403, secretariat=302)
CONCERNED = expect(403, supporting=302, responsible=302, leader=302, secretariat=302)
# The secretariat and every liaison; which tasks each may change is said of each.
SELECTS = expect(403, elsewhere=302, supporting=302, responsible=302, secretariat=302)
ASKERS = expect(403, responsible=302, secretariat=302)
SUPERVISORS = expect(403, leader=302, secretariat=302)


def filling(status: int, **others: int) -> Expected:
    """Return what `expect` does for those who have to do with fill-in workbooks; others are refused."""
    who = ("elsewhere", "supporting", "responsible", "secretariat")
    return expect(403, **{**dict.fromkeys(who, status), **others})


FILLS_IN = filling(200)
OF_THE_LIAISON = filling(404, responsible=200)
ACCEPTED = filling(404, responsible=200, secretariat=200)
ORGANISERS = expect(403, secretariat=302, administrator=302)
NOT_THERE_FOR_ORGANISERS = expect(403, secretariat=404, administrator=404)
ADMINISTRATOR_READS = expect(403, administrator=200)
ADMINISTRATOR_IN_VAIN = expect(403, administrator=422)
ORGANISERS_LOOK = expect(403, secretariat=200, administrator=200)
ORGANISERS_IN_VAIN = expect(403, secretariat=422, administrator=422)
IN_VAIN_AS_ASKERS = expect(403, responsible=422, secretariat=422)
IN_VAIN_ON_THE_TASK = expect(403, supporting=422, responsible=422, secretariat=422)
WRITTEN_IN_VAIN = (expect(403, secretariat=200), expect(403, secretariat=422))


@dataclass(frozen=True)
class Row:
    """One address. ``name`` is the URL pattern's; ``address`` may hold {task}, {meeting} and the like."""

    name: str
    address: str
    get: Expected
    post: Expected
    sent: dict[str, str] | None = None


UPDATE = {"version": "{version}", "status": "in_progress", "status_was": "in_progress", "note": "已完成培训方案。"}
ANSWER = {"mark": "{mark}", "version-{task}": "{version}", "decision": "right"}
ROWS = (
    Row("dashboard", "/", READS, NO_SUCH_METHOD),
    Row("dashboard", "/?scope=all&as_of={day}", READS, NO_SUCH_METHOD),
    Row("counts", "/counts/meeting/", READS, NO_SUCH_METHOD),
    Row("counts", "/counts/nothing/", expect(404), NO_SUCH_METHOD),
    Row("task_list", "/tasks/", READS, NO_SUCH_METHOD),
    Row("task_list", "/tasks/?export=xlsx", READS, NO_SUCH_METHOD),
    Row("task_list", "/tasks/?export=csv", READS, NO_SUCH_METHOD),
    Row("task_list", "/tasks/?export=shown-xlsx", READS, NO_SUCH_METHOD),
    Row("task_list", "/tasks/?export=shown-exe", expect(400), NO_SUCH_METHOD),
    Row("task_list", "/tasks/?export=exe", expect(400), NO_SUCH_METHOD),
    Row("further_filters", "/tasks/options/?status=closed", READS, NO_SUCH_METHOD),
    Row("filter_options", "/tasks/options/department/?find=jsb", READS, NO_SUCH_METHOD),
    Row("filter_options", "/tasks/options/status/", expect(404), NO_SUCH_METHOD),
    Row("task_detail", "/tasks/{task}/", READS, WRITES_ON_THE_TASK, {**UPDATE, "effective_on": "{day}"}),
    Row("task_detail", "/tasks/999999/", expect(404), expect(404)),
    Row("task_detail", "/tasks/99999999999999999999/", expect(404), expect(404)),
    Row("confirmations", "/confirmations/", READS, SECRETARIAT_ALONE, ANSWER),
    Row("confirmations", "/confirmations/?wrong={mark}", READS, expect(403, secretariat=404)),
    Row("task_edit", "/tasks/{task}/edit/", expect(403, secretariat=200), expect(403, secretariat=422)),
    Row("task_edit", "/tasks/999999/edit/", expect(404), expect(404)),
    Row("meeting_list", "/meetings/", READS, NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/{meeting}/", READS, NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/{meeting}/?export=breakdown", READS, NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/{meeting}/?export=status", READS, NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/{meeting}/?export=document", READS, NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/{meeting}/?export=exe", expect(400), NO_SUCH_METHOD),
    Row("meeting_detail", "/meetings/999999/", expect(404), NO_SUCH_METHOD),
    Row("meeting_compare", "/meetings/compare/", READS, NO_SUCH_METHOD),
    Row("meeting_compare", "/meetings/compare/?a={meeting}&b={meeting}", expect(422), NO_SUCH_METHOD),
    Row(
        "suggestion_raised_before",
        "/suggestions/{suggestion}/raised-before/",
        expect(403, secretariat=200),
        # It comes back to none already.
        expect(403, secretariat=422),
        {"earlier": "", "was": ""},
    ),
    Row("suggestion", "/suggestions/{suggestion}/", READS, NO_SUCH_METHOD),
    Row("suggestion", "/suggestions/999999/", expect(404), NO_SUCH_METHOD),
    Row("suggestion_raised_before", "/suggestions/999999/raised-before/", *[expect(403, secretariat=404)] * 2),
    Row("reports", "/reports/", READS, NO_SUCH_METHOD),
    Row("report_of_meeting", "/reports/meeting/?meeting={meeting}", READS, NO_SUCH_METHOD),
    Row("report_of_meeting", "/reports/meeting/?meeting=999999", expect(422), NO_SUCH_METHOD),
    Row("report_bulletin", "/reports/bulletin/?from={day}&to={day}", READS, NO_SUCH_METHOD),
    Row("report_bulletin", "/reports/bulletin/", expect(422), NO_SUCH_METHOD),
    Row("report_appraisal", "/reports/appraisal/", READS, NO_SUCH_METHOD),
    Row("report_appraisal", "/reports/appraisal/?from={day}&to={day}&export=xlsx", READS, NO_SUCH_METHOD),
    Row("report_appraisal", "/reports/appraisal/?department=999999", expect(422), NO_SUCH_METHOD),
    Row("report_reply", "/reports/reply/?person={suggester}", READS, NO_SUCH_METHOD),
    Row("report_reply", "/reports/reply/?person={person}", expect(422), NO_SUCH_METHOD),
    Row("report_slips", "/reports/slips/", READS, NO_SUCH_METHOD),
    Row("report_register", "/reports/register/", READS, NO_SUCH_METHOD),
    Row("import_home", "/import/", expect(403, secretariat=200), expect(403, secretariat=422)),
    Row("draft", "/import/{draft}/", expect(403, secretariat=200), SECRETARIAT_ALONE, {"action": "add_row"}),
    Row("draft", "/import/{draft}/", expect(403, secretariat=200), SECRETARIAT_ALONE, {"action": "nonsense"}),
    Row("draft", "/import/{draft}/", expect(403, secretariat=200), SECRETARIAT_ALONE, {"action": "cells"}),
    Row("draft", "/import/{draft}/", expect(403, secretariat=200), expect(403, secretariat=422), {"action": "layout"}),
    Row("draft", "/import/{draft}/", expect(403, secretariat=200), expect(403, secretariat=409), {"action": "group"}),
    Row("draft", "/import/999999/", expect(403, secretariat=404), expect(403, secretariat=404)),
    # A colleague's draft is nobody else's.
    Row("draft", "/import/{other_draft}/", expect(403, secretariat=404), expect(403, secretariat=404)),
    Row("minutes_file", "/import/{draft}/file/", expect(404, secretariat=200), NO_SUCH_METHOD),
    Row("minutes_file", "/import/{other_draft}/file/", expect(404), NO_SUCH_METHOD),
    Row("minutes_file", "/import/{accepted}/file/", READS, NO_SUCH_METHOD),
    Row("fill_in", "/fill-in/", FILLS_IN, filling(422)),
    Row("fill_in_workbook", "/fill-in/workbook/", FILLS_IN, NO_SUCH_METHOD),
    Row("fill_in_workbook", "/fill-in/workbook/?department=0", filling(422), NO_SUCH_METHOD),
    # Another one's workbook is nobody else's; the secretariat reads what was accepted, and decides about its own.
    Row("fill_in_upload", "/fill-in/{fill_in}/", OF_THE_LIAISON, filling(404, responsible=302), {"action": "x"}),
    Row("fill_in_file", "/fill-in/{fill_in}/file/", OF_THE_LIAISON, NO_SUCH_METHOD),
    Row("fill_in_upload", "/fill-in/{fill_in_done}/", ACCEPTED, filling(404, responsible=302), {"action": "x"}),
    Row("fill_in_file", "/fill-in/{fill_in_done}/file/", ACCEPTED, NO_SUCH_METHOD),
    Row("fill_in_upload", "/fill-in/999999/", filling(404), filling(404)),
    Row("meeting_agreement", "/meetings/{meeting}/agreement/", NO_SUCH_METHOD, SECRETARIAT_ALONE, {"agrees": "no"}),
    Row("due_calendar", "/reports/calendar/?month=2026-11", READS, NO_SUCH_METHOD),
    Row("due_calendar", "/reports/calendar/?month=2026-13", expect(400), NO_SUCH_METHOD),
    # The world's meetings are no demonstrations: the next test file removes one (tests/devtools).
    Row("remove_demonstration", "/meetings/{meeting}/remove-demonstration/", NO_SUCH_METHOD, NOT_THERE_FOR_ORGANISERS),
    Row("next_meeting", "/meetings/{meeting}/next-meeting/", NO_SUCH_METHOD, SECRETARIAT_ALONE, {"held_on": "soon"}),
    # A draft without a file is begun by a POST; the address alone leads to where it is begun.
    Row("meeting_new", "/meetings/new/", SECRETARIAT_ALONE, SECRETARIAT_ALONE),
    Row("meeting_edit", "/meetings/{meeting}/edit/", SECRETARIAT_ALONE, SECRETARIAT_ALONE),
    Row("meeting_edit", "/meetings/999999/edit/", expect(403, secretariat=404), expect(403, secretariat=404)),
    Row(
        "meeting_arrange",
        "/meetings/{meeting}/arrange/",
        expect(403, secretariat=200),
        expect(403, secretariat=409),
        {"action": "add-aspect", "title": "加强研究"},
    ),
    Row("suggestion_new", "/meetings/{meeting}/suggestions/new/", SECRETARIAT_ALONE, SECRETARIAT_ALONE),
    Row(
        "suggestion_reading",
        "/meetings/{meeting}/suggestions/reading/",
        NO_SUCH_METHOD,
        SECRETARIAT_ALONE,
        {"deadline": "2030.6"},
    ),
    Row("suggestion_edit", "/suggestions/{suggestion}/edit/", SECRETARIAT_ALONE, SECRETARIAT_ALONE),
    Row("suggestion_edit", "/suggestions/999999/edit/", expect(403, secretariat=404), expect(403, secretariat=404)),
    Row("task_new", "/suggestions/{suggestion}/tasks/new/", SECRETARIAT_ALONE, SECRETARIAT_ALONE),
    Row("suggestion_split", "/suggestions/{suggestion}/split/", *WRITTEN_IN_VAIN[:1], expect(403, secretariat=409)),
    Row("suggestion_join", "/suggestions/{suggestion}/join/", *WRITTEN_IN_VAIN[:1], expect(403, secretariat=409)),
    Row("task_split", "/tasks/{task}/split/", *WRITTEN_IN_VAIN[:1], expect(403, secretariat=409)),
    Row("task_join", "/tasks/{task}/join/", *WRITTEN_IN_VAIN),
    Row("task_join", "/tasks/999999/join/", expect(403, secretariat=404), expect(403, secretariat=404)),
    # A form that is opened by its address leads back to its page; what is sent in vain comes back with the reason.
    Row("task_action", "/tasks/{task}/comment/", CONCERNED, CONCERNED, {"version": "{version}", "text": "请注意。"}),
    Row("task_action", "/tasks/{task}/request-closure/", ASKERS, IN_VAIN_AS_ASKERS),
    Row("task_action", "/tasks/{task}/ask-extension/", ASKERS, IN_VAIN_AS_ASKERS),
    Row("task_action", "/tasks/{task}/instruct/", SUPERVISORS, expect(403, leader=422, secretariat=422)),
    Row("task_action", "/tasks/{task}/withdraw/", SUPERVISORS, expect(403, leader=422, secretariat=422)),
    Row("task_action", "/tasks/{task}/agree/", SUPERVISORS, expect(403, leader=422, secretariat=422)),
    Row("task_action", "/tasks/{task}/add-evidence/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    Row("task_action", "/tasks/{task}/delete-evidence/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    Row("task_action", "/tasks/{task}/nothing-new/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    Row("task_action", "/tasks/{task}/answer/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    Row("task_action", "/tasks/{task}/meet-milestone/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    Row("task_action", "/tasks/{task}/reopen-milestone/", WRITES_ON_THE_TASK, IN_VAIN_ON_THE_TASK),
    *(
        Row("task_action", f"/tasks/{{task}}/{action}/", SECRETARIAT_ALONE, expect(403, secretariat=422))
        for action in (
            "decide-closure",
            "decide-extension",
            "decide-back-dating",
            "settle-deadline",
            "review-interval",
            "terminate",
            "reopen",
            "outcome",
            "remind",
        )
    ),
    # Nothing is selected: that is said in the list.
    Row(
        "change_many",
        "/tasks/batch/",
        *[expect(403, elsewhere=302, supporting=302, responsible=302, secretariat=302)] * 2,
    ),
    Row(
        "task_status",
        "/tasks/{task}/status/",
        expect(403, supporting=200, responsible=200, secretariat=200),
        IN_VAIN_ON_THE_TASK,
    ),
    Row("task_status", "/tasks/999999/status/", expect(404), expect(404)),
    Row("back_dated_list", "/back-dated/", READS, NO_SUCH_METHOD),
    Row("back_dated_list", "/back-dated/?from=x", expect(422), NO_SUCH_METHOD),
    Row("batch_list", "/batches/", READS, NO_SUCH_METHOD),
    Row("batch", "/batches/{batch}/", READS, NO_SUCH_METHOD),
    Row("batch", "/batches/999999/", expect(404), NO_SUCH_METHOD),
    Row("undo_batch", "/batches/{batch}/undo/", NO_SUCH_METHOD, SECRETARIAT_ALONE),
    Row("task_action", "/tasks/{task}/destroy/", expect(404), expect(404)),
    Row("task_action", "/tasks/999999/comment/", expect(404), expect(404)),
    Row("deadline_reading", "/tasks/deadline-reading/?deadline_text=2030.6", READS, NO_SUCH_METHOD),
    Row("deadline_reading", "/tasks/deadline-reading/?task={task}&deadline_text=2030.6", READS, NO_SUCH_METHOD),
    Row("deadline_reading", "/tasks/deadline-reading/?meeting=999999", expect(404), NO_SUCH_METHOD),
    Row("evidence", "/evidence/{evidence}/", READS, NO_SUCH_METHOD),
    Row("evidence", "/evidence/{deleted_evidence}/", expect(404, administrator=200), NO_SUCH_METHOD),
    Row("evidence", "/evidence/999999/", expect(404), NO_SUCH_METHOD),
    Row("inbox", "/inbox/", READS, NO_SUCH_METHOD),
    Row("chasing", "/chasing/", READS, NO_SUCH_METHOD),
    Row("supervision_slips", "/chasing/slips/?department={department}", READS, NO_SUCH_METHOD),
    # In vain, for a department without tasks, and without a liaison.
    Row(
        "acknowledge",
        "/acknowledgements/",
        NO_SUCH_METHOD,
        SECRETARIAT_ALONE,
        {"meeting_id": "{meeting}", "departments": "{department}"},
    ),
    # Sent in vain: nothing is selected, which is said in the list.
    Row("remind_many", "/chasing/remind/?department={department}", expect(403, secretariat=200), SECRETARIAT_ALONE),
    Row("remind_many", "/chasing/remind/?department=999999", expect(403, secretariat=404), SECRETARIAT_ALONE),
    # Liaisons are led to their inbox.
    Row("overview", "/overview/", expect(302), NO_SUCH_METHOD),
    Row("help", "/help/", READS, NO_SUCH_METHOD),
    Row("load_sample", "/help/sample/", NO_SUCH_METHOD, SECRETARIAT_ALONE),
    Row("search", "/search/?q=lzs", READS, NO_SUCH_METHOD),
    Row("choices", "/choices/person/?find=lzs", READS, NO_SUCH_METHOD),
    Row("choices", "/choices/liaison/?find=a", READS, NO_SUCH_METHOD),
    Row("choices", "/choices/account/?find=a", expect(404), NO_SUCH_METHOD),
    Row("organisation", "/organisation/", READS, ORGANISERS_IN_VAIN),
    Row("organisation_people", "/organisation/people/", READS, ORGANISERS_IN_VAIN),
    Row("department_detail", "/departments/{department}/", READS, NO_SUCH_METHOD),
    Row("department_detail", "/departments/999999/", expect(404), NO_SUCH_METHOD),
    Row("person_detail", "/people/{person}/", READS, NO_SUCH_METHOD),
    Row("department_action", "/departments/{department}/rename/", ORGANISERS, ORGANISERS_IN_VAIN),
    Row("department_action", "/departments/{department}/merge/", ORGANISERS_LOOK, ORGANISERS_IN_VAIN),
    Row("department_action", "/departments/{department}/hand-over/", ORGANISERS_LOOK, ORGANISERS_IN_VAIN),
    Row(
        "department_action",
        "/departments/{department}/destroy/",
        NOT_THERE_FOR_ORGANISERS,
        NOT_THERE_FOR_ORGANISERS,
    ),
    Row("person_action", "/people/{person}/retire/", ORGANISERS, ORGANISERS, {"version": "0"}),
    Row("person_action", "/people/{person}/merge/", ORGANISERS_LOOK, ORGANISERS_IN_VAIN),
    Row("accounts", "/accounts/", ADMINISTRATOR_READS, NO_SUCH_METHOD),
    Row("change_log", "/accounts/changes/", ADMINISTRATOR_READS, NO_SUCH_METHOD),
    Row("account_new", "/accounts/new/", ADMINISTRATOR_READS, ADMINISTRATOR_IN_VAIN),
    Row("account_detail", "/accounts/{account}/", ADMINISTRATOR_READS, ADMINISTRATOR_IN_VAIN),
    Row("account_detail", "/accounts/999999/", *[expect(403, administrator=404)] * 2),
    # Of another account than any that asks: a new password signs its owner out.
    Row("account_password", "/accounts/{other_account}/password/", NO_SUCH_METHOD, ADMINISTRATOR_READS),
    Row("account_unlock", "/accounts/{other_account}/unlock/", NO_SUCH_METHOD, expect(403, administrator=302)),
    Row(
        "account_second_factor",
        "/accounts/{other_account}/second-factor/",
        NO_SUCH_METHOD,
        expect(403, administrator=302),
    ),
    Row("account_unlink", "/accounts/{other_account}/unlink/", NO_SUCH_METHOD, expect(403, administrator=302)),
    Row("robots", "/robots/", ADMINISTRATOR_READS, ADMINISTRATOR_IN_VAIN),
    Row("robot_remove", "/robots/{robot}/remove/", NO_SUCH_METHOD, expect(403, administrator=302)),
    Row("working_days", "/working-days/", ADMINISTRATOR_READS, expect(403, administrator=200)),
    Row("letterheads", "/letterheads/", ADMINISTRATOR_READS, expect(403, administrator=200)),
    Row("letterhead_file", "/letterheads/report/", ADMINISTRATOR_READS, NO_SUCH_METHOD),
    Row("letterhead_file", "/letterheads/other/", expect(403, administrator=404), NO_SUCH_METHOD),
    Row("letterhead_remove", "/letterheads/report/remove/", NO_SUCH_METHOD, expect(403, administrator=302)),
    Row("jobs", "/jobs/", ADMINISTRATOR_READS, NO_SUCH_METHOD),
    Row("retry_job", "/jobs/{job}/retry/", NO_SUCH_METHOD, expect(403, administrator=302)),
    # It was asked for by the secretariat, and is not written yet.
    Row("export", "/exports/{export}/", expect(404, secretariat=200), NO_SUCH_METHOD),
    Row("export", "/exports/{job}/", expect(404), NO_SUCH_METHOD),
    Row("export_file", "/exports/{export}/file/", expect(404, secretariat=410), NO_SUCH_METHOD),
    Row("account_hand_over", "/accounts/{giving}/hand-over/", ORGANISERS_LOOK, ORGANISERS_IN_VAIN),
    Row("account_hand_over", "/accounts/{account}/hand-over/", NOT_THERE_FOR_ORGANISERS, NOT_THERE_FOR_ORGANISERS),
    Row("inbox", "/inbox/?begin", expect(302), NO_SUCH_METHOD),
    # Who is signed in already is sent to the dashboard.
    Row("login", "/accounts/login/", {**expect(302), NOBODY: 200}, {**expect(302), NOBODY: 200}),
    Row("logout", "/accounts/logout/", NO_SUCH_METHOD, dict.fromkeys(ROLES, SIGN_IN)),
    Row("discard_kept", "/accounts/unsaved/discard/", expect(302), expect(302)),
    Row("set_language", "/i18n/setlang/", dict.fromkeys(ROLES, 302), dict.fromkeys(ROLES, 302), {"language": "en"}),
    # By its token, too (tests/operations/test_metrics.py).
    Row("metrics", "/metrics", {**expect(403, administrator=200), NOBODY: 403}, dict.fromkeys(ROLES, 405)),
    Row("healthz", "/healthz", ANYBODY, dict.fromkeys(ROLES, 405)),
    Row("healthz_live", "/healthz/live", ANYBODY, dict.fromkeys(ROLES, 405)),
    Row("account_settings", "/accounts/settings/", READS, expect(302), {"language": "en", "wants_digest": "on"}),
    # Sent in vain: nobody's old password is empty.
    Row("change_password", "/accounts/settings/password/", READS, expect(422)),
    # None is set up here.
    Row("identity_sign_in", "/accounts/login/oidc/", dict.fromkeys(ROLES, 404), dict.fromkeys(ROLES, 405)),
    Row("second_factors", "/accounts/settings/second-factor/", READS, expect(422)),
    Row("add_passkey", "/accounts/settings/second-factor/passkeys/", NO_SUCH_METHOD, expect(422)),
    Row("recovery_codes", "/accounts/settings/second-factor/recovery-codes/", NO_SUCH_METHOD, expect(422)),
    Row("remove_second_factor", "/accounts/settings/second-factor/remove/", NO_SUCH_METHOD, expect(422)),
    # Between the password and the register; nobody here has given one.
    Row("second_factor", "/accounts/login/second-factor/", *[dict.fromkeys(ROLES, SIGN_IN)] * 2),
    Row("end_session", "/accounts/settings/sessions/end/", NO_SUCH_METHOD, expect(302), {"session": "others"}),
    Row("choose_columns", "/tasks/columns/?next=/tasks/", READS, expect(302), {"column": "text"}),
    Row("saved_views", "/views/", READS, expect(302), {"name": "未开始", "query": "status=not_started"}),
    Row("saved_views", "/views/", READS, expect(422), {"name": "", "query": ""}),
    # The secretariat's own, shared with readers; and one of nobody else's.
    Row("open_view", "/views/{view}/", expect(404, reader=302, secretariat=302), NO_SUCH_METHOD),
    Row("open_view", "/views/{private_view}/", expect(404, secretariat=302), NO_SUCH_METHOD),
    Row("open_view", "/views/999999/", expect(404), NO_SUCH_METHOD),
    Row("begin_with_view", "/views/{view}/first-page/", NO_SUCH_METHOD, expect(404, reader=302, secretariat=302)),
    Row("change_view", "/views/{view}/change/", NO_SUCH_METHOD, expect(404, reader=403, secretariat=422)),
    Row("delete_view", "/views/{view}/delete/", NO_SUCH_METHOD, expect(404, reader=403, secretariat=302)),
    Row("webhooks", "/webhooks/", ADMINISTRATOR_READS, ADMINISTRATOR_IN_VAIN),
    Row("webhook_remove", "/webhooks/{webhook}/remove/", NO_SUCH_METHOD, expect(403, administrator=302)),
    Row("make_api_token", "/accounts/settings/tokens/", NO_SUCH_METHOD, expect(422)),
    Row("revoke_api_token", "/accounts/settings/tokens/999999/revoke/", NO_SUCH_METHOD, expect(404)),
    Row("api_docs", "/api/v1/", READS, NO_SUCH_METHOD),
    # By tokens, and what is sent, in tests/api.
    *(
        Row("api", f"/api/v1/{path}", {**READS, NOBODY: 401}, dict.fromkeys(ROLES, 405))
        for path in (
            *("meetings", "meetings/{meeting}", "suggestions", "suggestions/{suggestion}"),
            *("tasks", "tasks/{task}", "tasks/{task}/log", "openapi.json"),
        )
    ),
    Row("api", "/api/v1/tasks/{task}/comment", dict.fromkeys(ROLES, 405), {**expect(415), NOBODY: 401}),
    Row("api", "/api/v1/nothing", dict.fromkeys(ROLES, 404), dict.fromkeys(ROLES, 404)),
    Row("make_calendar_address", "/accounts/settings/calendar/", NO_SUCH_METHOD, READS),
    Row("revoke_calendar_address", "/accounts/settings/calendar/revoke/", NO_SUCH_METHOD, expect(302)),
    Row("set_calendar_alarm", "/accounts/settings/calendar/alarm/", NO_SUCH_METHOD, expect(302), {"alarm": "off"}),
    # Served to whoever knows the secret; this is nobody's.
    Row("calendar", "/calendar/guessed.ics", dict.fromkeys(ROLES, 404), dict.fromkeys(ROLES, 405)),
)


def administrator_gets(status: int) -> Expected:
    return expect(403, administrator=status)


ADMIN_ROWS = (
    Row("index", "/admin/", administrator_gets(200), administrator_gets(200)),
    # There is one sign-in page, with its lockout; an administrator who comes here is sent on.
    Row("login", "/admin/login/", administrator_gets(302), administrator_gets(302)),
    # Everybody else is sent to the index, which refuses.
    Row("logout", "/admin/logout/", expect(302, administrator=405), {**expect(302), ADMINISTRATOR: SIGN_IN}),
    # One's own password is changed among one's settings.
    Row("password_change", "/admin/password_change/", administrator_gets(302), administrator_gets(405)),
    Row("password_change_done", "/admin/password_change/done/", administrator_gets(200), administrator_gets(405)),
    Row("autocomplete", "/admin/autocomplete/", expect(403), administrator_gets(405)),
    Row("jsi18n", "/admin/jsi18n/", administrator_gets(200), administrator_gets(405)),
    Row("view_on_site", "/admin/r/{task_type}/{task}/", administrator_gets(302), administrator_gets(302)),
    Row("app_list", "/admin/meetings/", administrator_gets(200), administrator_gets(200)),
    Row("", "/admin/nothing/here/", administrator_gets(404), administrator_gets(404)),
    Row("auth_user_password_change", "/admin/meetings/account/{account}/password/", *[administrator_gets(403)] * 2),
)
# All are looked at there.
MODELS = tuple(model._meta.model_name for model in apps.get_app_config("meetings").get_models())


def rows_of_models() -> Iterator[Row]:
    for model in MODELS:
        of_model, name = f"/admin/meetings/{model}/", f"meetings_{model}_{{}}".format
        of_row = f"{of_model}{{{model}}}/"
        yield Row(name("changelist"), of_model, administrator_gets(200), administrator_gets(200))
        yield Row(name("add"), f"{of_model}add/", *[administrator_gets(403)] * 2)
        yield Row(name("change"), f"{of_row}change/", administrator_gets(200), administrator_gets(403))
        yield Row(name("delete"), f"{of_row}delete/", *[administrator_gets(403)] * 2)
        yield Row(name("history"), f"{of_row}history/", administrator_gets(200), administrator_gets(200))
        # The old address of a row's page, which leads to the new one.
        yield Row("", of_row, administrator_gets(302), administrator_gets(302))


ALL_ADMIN_ROWS = (*ADMIN_ROWS, *rows_of_models())

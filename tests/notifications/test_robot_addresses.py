"""The addresses of group robots: which count, what is posted there and answered; no secret is told."""

from __future__ import annotations

import logging

import pytest
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from meetings.errors import InvalidInputError
from meetings.models import Robot, Role
from meetings.notifications.posting import RefusedError
from meetings.notifications.robots import SERVICES, describe_address, fit_text, parse_address, post
from tests import factories
from tests.helpers import compact_html

from .robot_server import KEY, PASTED, TOKEN, RobotServer

# What an address is, and how messages are posted there, no database is asked.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


# --- addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scheme", "pasted"), PASTED.items())
def test_an_address_is_taken_as_the_page_of_the_robot_gives_it(scheme, pasted, server):
    address = parse_address(f"  {pasted}\n")
    assert address.startswith(f"{scheme}://")
    assert parse_address(address) == address
    assert post(address, "标题", "正文") == "HTTP 200"
    ((path, _sent),) = server.posts
    assert (KEY if scheme != "dingtalk" else TOKEN) in path
    assert server.texts == ["标题\r\n正文"]


def test_a_webhook_gets_json_at_its_own_address_with_its_parameters(server):
    address = parse_address(f"{server.address}/hook/a?token=s%26t&x=")
    assert post(address, "标题", "正文") == "HTTP 200"
    ((path, sent),) = server.posts
    assert path == "/hook/a?token=s%26t&x="
    assert (sent["title"], sent["message"]) == ("标题", "正文")


def test_a_webhook_inside_is_refused_unless_the_settings_allow_it_and_again_when_it_is_posted_to(server, settings):
    address = parse_address(server.address)
    settings.WEBHOOK_HOSTS = []
    with pytest.raises(InvalidInputError, match="WEBHOOK_HOSTS"):
        parse_address(server.address)
    with pytest.raises(RefusedError, match=r"127\.0\.0\.1"):
        post(address, "标题", "正文")
    assert server.posts == []


def test_dingtalk_signs_with_its_secret(server):
    post(parse_address(PASTED["dingtalk"], "SEC0123456789abcdef"), "标题", "正文")
    ((path, _sent),) = server.posts
    assert "sign=" in path
    assert "SEC0123456789abcdef" not in path


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "mailto://user:password@example.org",
        "exec://rm",
        "dbus://",
        "syslog://",
        "slack://a/b/c",
        "xml://example.org/",
        "ftp://example.org/",
        "http://",
        "https://[::1/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        # Programs do not agree which of the two hosts this is.
        "https://qyapi.weixin.qq.com\\@example.org/cgi-bin/webhook/send?key=0123456789",
        "https://open.feishu.cn/",
        PASTED["wecombot"].replace("https", "http"),
        PASTED["feishu"].replace("https", "jsons"),
        PASTED["dingtalk"].replace("https", "HTTP").replace("oapi.dingtalk.com", "OAPI.DingTalk.com:80"),
        PASTED["feishu"].replace("feishu.cn", "larksuite.com"),
        PASTED["feishu"].replace("https", "http").replace("feishu.cn", "feishu.cn."),
        PASTED["feishu"].replace("https", "http").replace("feishu.cn", "ｆeishu．cn"),
        "wecombot://",
        f"wecombot://{KEY}/more",
        f"wecombot://{KEY}?redirect=yes",
        "jsons://example.org/?verify=no",
        "jsons://example.org/?method=GET",
        "技术部",
        "",
    ],
)
def test_nothing_else_is_an_address(client, address):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    answer = client.post("/robots/", {"department": "", "secret_address": address, "signing_secret": ""})
    assert answer.status_code == 422
    assert not Robot.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_no_other_service_takes_a_secret_for_signatures(client):
    client.force_login(factories.account(Role.ADMINISTRATOR, language="en"))
    answer = client.post("/robots/", {"secret_address": PASTED["feishu"], "signing_secret": "SECabc"})
    assert answer.status_code == 422
    assert "Only DingTalk" in compact_html(answer)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (PASTED["wecombot"], "WeCom ****5a9z"),
        (PASTED["dingtalk"], "DingTalk ****d234"),
        ("https://user:pass@hooks.example.org:8443/secret/path?key=secret", "Webhook https://hooks.example.org/****"),
        ("wecombot://short/", "WeCom ****"),
    ],
)
def test_an_address_is_told_from_others_without_its_secret(address, shown):
    with translation.override("en"):
        assert describe_address(parse_address(address)) == shown


# --- what is answered -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"errcode": 93000, "errmsg": f"invalid webhook url, key={KEY}"}, "93000"),
        (200, {"code": 9499, "msg": "Bad Request"}, ""),
        (200, "<html>captive portal</html>", ""),
        (404, "", "404"),
        (500, f"trace of {KEY}", "500"),
    ],
)
def test_what_is_no_success_is_said_without_the_secret(server, status, body, said):
    server.answer(status, body)
    with pytest.raises(RefusedError) as refusal:
        post(parse_address(PASTED["wecombot"]), "标题", "正文")
    assert said in str(refusal.value)
    assert KEY not in str(refusal.value)
    assert str(refusal.value).endswith(("。", "."))


def test_dingtalk_and_feishu_refuse_by_a_number_in_a_good_answer(server):
    server.answer(200, {"errcode": 310000, "errmsg": "keywords not in content", "code": 19024, "msg": "Key Words"})
    for scheme, number in (("dingtalk", "310000"), ("feishu", "19024")):
        with pytest.raises(RefusedError, match=number):
            post(parse_address(PASTED[scheme]), "标题", "正文")


def test_another_address_in_the_answer_is_not_followed(server):
    elsewhere = RobotServer()
    server.answer(307, "", Location=f"{elsewhere.address}/elsewhere")
    for address in (PASTED["wecombot"], f"{server.address}/hook"):
        with pytest.raises(RefusedError, match="307"):
            post(parse_address(address), "标题", "正文")
    assert not elsewhere.posts
    elsewhere.stop()


@pytest.mark.parametrize("status", [300, 302, 304])
def test_only_a_status_of_success_counts_as_taken(server, status):
    server.answer(status, "")
    with pytest.raises(RefusedError, match=str(status)):
        post(parse_address(f"{server.address}/hook"), "标题", "正文")


@pytest.mark.parametrize(("scheme", "pasted"), PASTED.items())
def test_a_dot_at_the_end_of_the_host_changes_nothing(scheme, pasted):
    host, end = pasted.removeprefix("https://").split("/", 1)
    assert parse_address(f"https://{host}./{end}") == parse_address(pasted)


def test_who_is_silent_or_away_is_not_waited_for_long(server, monkeypatch):
    address = parse_address(f"{server.address}/hook")
    monkeypatch.setattr(SERVICES["json"].plugin, "socket_read_timeout", 0.2)
    server.delay = 1
    with pytest.raises(RefusedError):
        post(address, "标题", "正文")
    server.stop()
    with pytest.raises(RefusedError):
        post(address, "标题", "正文")


def test_nothing_is_logged_of_the_address_not_even_in_detail(server, caplog):
    with caplog.at_level(logging.DEBUG):
        post(parse_address(PASTED["dingtalk"], "SEC0123456789abcdef"), "标题", "正文")
        server.answer(500)
        with pytest.raises(RefusedError):
            post(parse_address(PASTED["wecombot"]), "标题", "正文")
    assert not any(secret in caplog.text for secret in (TOKEN, KEY, "SEC0123456789abcdef"))


@pytest.mark.parametrize("length", [10, 700, 5000])
def test_a_text_is_cut_at_a_line_and_says_so(length):
    text = "\n".join("第一项任务逾期。" for _line in range(length))
    fitted = fit_text(text, 2000)
    assert len(fitted.encode()) <= 2000
    assert fitted == text or fitted.count("\n") > 50

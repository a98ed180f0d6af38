"""The pictures of the help: taken here (`make help-pictures`), and found out here when they show what is no more.

Beside each picture lies the text that stood on it. Where a page says something else than that, its picture is stale
and the test fails. Pixels are not compared: they differ with every machine's fonts. The clock is stopped, for pages
say other things tomorrow; numbers are left out of the comparison, for what is loaded first has other ones.
"""

from __future__ import annotations

import datetime
import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from meetings.models import Meeting, Role, Task
from meetings.tasks.services.closure import request_closure
from tests import factories

TEXTS = Path(__file__).parent / "help_pictures"
PICTURES = Path(settings.BASE_DIR) / "static" / "img" / "help"
RETAKE = os.environ.get("HELP_PICTURES") == "1"
# A day in the middle of a month and of a week, so that no axis or heading is at one of its ends.
NOW = datetime.datetime(2026, 11, 18, 2, 0, tzinfo=datetime.UTC)
# As wide as the help's column has room for, twice over; as high as shows what the section speaks of.
SIZE = (1200, 760)


def select_three(page: Page) -> None:
    boxes = page.locator("tbody input[type=checkbox]")
    for index in range(3):
        boxes.nth(index).check()


def preview(page: Page) -> None:
    for box in page.locator("tbody input[type=checkbox]").all()[:6]:
        box.check()
    page.locator("#batch button[type=submit]:not([name], [formaction])").click()
    page.locator("main select[name=status]").select_option("terminated")
    page.locator("main textarea[name=note]").fill("经主任办公会研究，不再办理。")
    page.locator("main form button[type=submit].btn-primary").first.click()
    page.wait_for_load_state()


NOTICE = """关于印发民生实事清单的通知
2026年1月10日
民生实事清单
序号\t惠民事项\t责任单位\t完成时限
1\t修缮老旧小区供水管网二十公里\t城建局\t2026年6月底前
2\t新增普惠性托育床位一千张以上\t卫健局\t待定
3\t改造提升农贸市场十五个并验收\t商务局\t待定
"""


def draft(page: Page) -> None:
    page.locator("#id_text").fill(NOTICE)
    page.locator("form.import-form button[type=submit]").click()
    page.wait_for_url("**/import/*/**")


# Name of the picture -> where it is taken, and what is done there before.
SHOWN: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "dashboard": ("/", None),
    "liaison": ("/", None),
    "leader": ("/", None),
    "accounts": ("/accounts/", None),
    "draft": ("/import/", draft),
    "list": ("/tasks/", select_three),
    "preview": ("/tasks/", preview),
    "task": ("/tasks/{task}/", None),
    "confirmations": ("/confirmations/", None),
    "arrange": ("/meetings/{meeting}/arrange/", None),
    "fill-in": ("/fill-in/", None),
    "organisation": ("/organisation/", None),
    "reports": ("/reports/", None),
}


@pytest.fixture
def meeting(db, live_server, monkeypatch) -> Meeting:
    """The real meeting after some weeks of work on it."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    factories.real_meeting()
    first, second, third, fourth = Task.objects.order_by("pk")[:4]
    day = timezone.localdate()
    factories.progress(first, "已召开专题会议，形成年度计划。", on=day)
    factories.progress(second, "通讯录已收集八成。", on=day)
    factories.move(third, "closed", on=day, note="已在执委会第三次会议上落实。")
    factories.progress(fourth, "已启动。", on=day)
    request_closure(
        task_id=fourth.pk,
        version=Task.objects.get(pk=fourth.pk).version,
        actor=factories.secretariat(),
        summary="已完成，材料附后。",
        effective_on=day,
        department=fourth.departments.first(),
    )
    return Meeting.objects.get()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pictures_of_the_help_show_what_is_there(visit, meeting, language):
    places = {"task": Task.objects.order_by("pk").first().pk, "meeting": meeting.pk}
    staff = factories.account(Role.SECRETARIAT, username="王芳", display_name="王芳")
    # Whose pages are not the secretariat's.
    others = {
        "liaison": factories.account(
            Role.LIAISON, username="李军", display_name="李军", departments=[factories.department("技术部")]
        ),
        "leader": factories.account(Role.LEADER, username="肖良", display_name="肖良"),
        "accounts": factories.account(Role.ADMINISTRATOR, username="赵敏", display_name="赵敏"),
    }
    stale = []
    own = visit("/", as_=staff, width=SIZE, language=language)
    for name, (path, prepare) in SHOWN.items():
        page = visit(path, as_=others[name], width=SIZE, language=language) if name in others else own
        page.goto(path.format(**places))
        if prepare is not None:
            prepare(page)
        # A list that can be searched shows its words twice once its script has come.
        expect(page.locator("select[data-search]:not(.tomselected)")).to_have_count(0)
        text = said(page)
        if RETAKE:
            keep(page, language, name, text)
        elif not (PICTURES / language / f"{name}.png").exists() or text != kept(language, name):
            stale.append(name)
    assert not stale, f"make help-pictures: what {', '.join(stale)} of the help ({language}) show is no more."


def said(page: Page) -> str:
    """Return the words of the page, without numbers."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", " ", page.locator("main").inner_text())).strip()


def kept(language: str, name: str) -> str:
    file = TEXTS / language / f"{name}.txt"
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def keep(page: Page, language: str, name: str, text: str) -> None:
    """Save the picture, in few colours so that it stays small, and its words."""
    for folder in (PICTURES / language, TEXTS / language):
        folder.mkdir(parents=True, exist_ok=True)
    page.evaluate("() => window.scrollTo(0, 0)")
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(colors=96, dither=Image.Dither.NONE).save(PICTURES / language / f"{name}.png", optimize=True)
    (TEXTS / language / f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")


def test_no_picture_is_left_that_the_help_does_not_show():
    for language in ("zh-hans", "en"):
        assert {path.stem for path in (PICTURES / language).glob("*.png")} == set(SHOWN)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_pictures_that_are_found_out_here(name):
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8"))
    assert shown
    for path in shown:
        assert PICTURES in (Path(settings.BASE_DIR) / path).parents
        assert (Path(settings.BASE_DIR) / path).exists()

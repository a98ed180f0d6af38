"""The pictures of the help: taken here (`make help-pictures`), and found out here when they show what is no more.

Beside each picture lies the text that stood on it. Where a page says something else than that, its picture is stale
and the test fails. Pixels are not compared: they differ with every machine's fonts. Numbers are left out of the
comparison, for the days a task is late are others tomorrow.
"""

from __future__ import annotations

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
# As wide as the help's column has room for, twice over; as high as shows what the section speaks of.
SIZE = (1200, 760)


def select_three(page: Page) -> None:
    boxes = page.locator("tbody input[type=checkbox]")
    for index in range(3):
        boxes.nth(index).check()


def preview(page: Page) -> None:
    for box in page.locator("tbody input[type=checkbox]").all()[:6]:
        box.check()
    page.locator("#batch button[type=submit]").click()
    page.locator("main select[name=status]").select_option("terminated")
    page.locator("main textarea[name=note]").fill("经主任办公会研究，不再办理。")
    page.locator("main form button[type=submit].btn-primary").first.click()
    page.wait_for_load_state()


# Name of the picture -> where it is taken, and what is done there before.
SHOWN: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "home": ("/", None),
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
def meeting(db, live_server) -> Meeting:
    """The real meeting after some weeks of work on it."""
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
    stale = []
    page = visit("/", as_=staff, width=SIZE, language=language)
    for name, (path, prepare) in SHOWN.items():
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

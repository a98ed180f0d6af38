"""A row whose file is gone from the disk: its pages say so, and nothing breaks."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests import factories
from tests.tasks.update_form import parsed, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """The folder of uploaded files, which is empty."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.mark.long
def test_pages_draw_and_say_what_is_gone_and_the_download_says_so(world, folder):
    client, task = signed_in(world.secretariat), world.on_track
    evidence = factories.evidence(task)
    document = factories.minutes_document(world.secretariat, meeting=world.meeting)
    draft = factories.minutes_document(world.secretariat)
    upload = factories.fill_in_upload(world.secretariat)
    pages = (f"/tasks/{task.pk}/", "/import/", f"/meetings/{world.meeting.pk}/", f"/import/{draft.pk}/")
    pages += (f"/fill-in/{upload.pk}/",)
    assert [address for address in pages if "文件缺失" in page_of(client, address)] == []
    shutil.rmtree(folder)
    assert [address for address in pages if "文件缺失" not in page_of(client, address)] == []
    for address, name in (
        (f"/evidence/{evidence.pk}/", evidence.name),
        (f"/import/{document.pk}/file/", document.original_name),
        (f"/fill-in/{upload.pk}/file/", upload.original_name),
    ):
        answer = client.get(address)
        assert answer.status_code == 410
        assert f"“{name}”" in parsed(answer).xpath("//main")[0].text_content()
    assert client.get(f"/meetings/{world.meeting.pk}/?export=status").status_code == 200


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return parsed(answer).xpath("//main")[0].text_content()


def test_a_backup_names_the_rows_whose_file_is_gone_and_holds_the_rest(world, folder, tmp_path):
    kept, gone = factories.evidence(world.on_track), factories.evidence(world.overdue, name="培训通知.pdf")
    (folder / gone.file.name).unlink()
    said = io.StringIO()
    call_command("backup", str(tmp_path / "register.zip"), stdout=io.StringIO(), stderr=said)
    [line] = said.getvalue().splitlines()
    assert "培训通知.pdf" in line
    assert str(gone.pk) in line
    with zipfile.ZipFile(tmp_path / "register.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("media/")] == [f"media/{kept.file.name}"]


@pytest.mark.parametrize("full_at", ["os.replace", "os.fsync", "zipfile.ZipFile.writestr"])
def test_a_backup_that_finds_no_room_leaves_the_former_one_and_no_other(world, folder, tmp_path, monkeypatch, full_at):
    path = tmp_path / "register.zip"
    path.write_bytes(b"the former one")

    def refuse(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(full_at, refuse)
    with pytest.raises(CommandError) as refusal:
        call_command("backup", str(path))
    assert str(refusal.value) == f"无法写入“{path}”：磁盘已满。"
    assert path.read_bytes() == b"the former one"
    assert [found.name for found in tmp_path.iterdir()] == ["media", "register.zip"]

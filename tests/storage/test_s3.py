"""Files in a store that speaks S3 (moto, on loopback): as in the folder, and in words where it fails."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from moto.server import ThreadedMotoServer

from meetings.faults import FilesAwayError, StorageError
from meetings.models import Evidence
from meetings.storage.files import SETTLED_AFTER, UNSETTLED, atomic_with_files, settle_files
from tests import factories
from tests.commands.full_register import all_rows, make_full_register
from tests.tasks.update_form import parsed, signed_in

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 proof"
BUCKET = "register"
TOOK_NOTHING, AWAY = "The file store took nothing.", "The file store does not answer."


@pytest.fixture(scope="module", autouse=True)
def _describe_the_services_once() -> Iterator[None]:
    """Let all sessions share what they read of S3: a megabyte of JSON each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def stored_in(settings: Any, endpoint: str) -> None:
    """Let files be stored in the bucket at this address."""
    options = {"bucket_name": BUCKET, "endpoint_url": endpoint, "region_name": "us-east-1"}
    settings.S3_BUCKET = BUCKET
    backend = {"BACKEND": "meetings.storage.s3.S3RegisterStorage", "OPTIONS": options}
    settings.STORAGES = {**django_settings.STORAGES, "default": backend}


@pytest.fixture
def bucket(server, settings, monkeypatch) -> Iterator[Any]:
    """The bucket, which is empty."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "register")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of this test alone")
    made = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    stored_in(settings, server)
    yield made
    made.objects.delete()
    made.delete()


def names(bucket: Any) -> list[str]:
    """What lies in the bucket; notes are taken away with the commit, which a test has not."""
    return sorted(entry.key for entry in bucket.objects.all() if not entry.key.startswith("unsettled/"))


def send_evidence(client: Client, task: Any, day: Any):
    file = SimpleUploadedFile("证明.pdf", PDF, content_type="text/html")
    sent = {"version": task.version, "effective_on": day.isoformat(), "note": "见附件。", "files": file}
    return client.post(f"/tasks/{task.pk}/add-evidence/", sent)


# --- as in the folder ---------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_evidence_goes_to_the_bucket_and_is_handed_out_to_who_may_have_it_and_by_no_other_address(world, bucket):
    task = world.on_track
    assert send_evidence(signed_in(world.liaison), task, world.day).status_code == 302
    evidence = Evidence.objects.get()
    [name] = names(bucket)
    assert name == evidence.file.name
    assert bucket.Object(name).content_type == "application/octet-stream"
    response = signed_in(world.reader).get(f"/evidence/{evidence.pk}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert int(response["Content-Length"]) == len(PDF)
    assert Client().get(f"/evidence/{evidence.pk}/").status_code == 302
    assert evidence.file.url == f"/{name}"


@pytest.mark.long
@pytest.mark.same_on_both
def test_minutes_and_workbooks_go_there_too_and_pages_that_read_them_are_drawn(world, bucket):
    client = signed_in(world.secretariat)
    document = factories.minutes_document(world.secretariat, meeting=world.meeting)
    upload = factories.fill_in_upload(world.secretariat)
    assert names(bucket) == sorted([document.file.name, upload.file.name])
    for address in (f"/import/{document.pk}/file/", f"/fill-in/{upload.pk}/file/"):
        assert client.get(address).getvalue()
    for address in ("/import/", f"/meetings/{world.meeting.pk}/", f"/fill-in/{upload.pk}/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "文件缺失" not in response.content.decode()


@pytest.mark.same_on_both
def test_what_is_rolled_back_leaves_no_file(bucket):
    def store_and_fail() -> None:
        with atomic_with_files():
            default_storage.save("evidence/2026/one", ContentFile(PDF))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_and_fail()
    assert [entry.key for entry in bucket.objects.all()] == []


@pytest.mark.same_on_both
def test_a_file_is_written_once_even_by_two_at_a_time(bucket, monkeypatch):
    default_storage.save("evidence/2026/one", ContentFile(PDF))
    monkeypatch.setattr("meetings.storage.s3.S3RegisterStorage.exists", lambda _self, _name: False)
    with pytest.raises(StorageError):
        default_storage.save("evidence/2026/one", ContentFile(b"another"))
    assert default_storage.open("evidence/2026/one").read() == PDF


@pytest.mark.long
def test_a_backup_holds_the_files_and_a_restore_brings_them_back(bucket, tmp_path):
    path = tmp_path / "register.zip"
    with transaction.atomic():
        make_full_register()
        call_command("backup", str(path), stdout=io.StringIO())
        rows, files = all_rows(), {name: bucket.Object(name).get()["Body"].read() for name in names(bucket)}
        transaction.set_rollback(True)
    with zipfile.ZipFile(path) as archive:
        assert sorted(name for name in archive.namelist() if name.startswith("media/")) == [
            f"media/{name}" for name in files
        ]
    bucket.objects.delete()
    call_command("restore", str(path), stdout=io.StringIO())
    assert all_rows() == rows
    assert {name: bucket.Object(name).get()["Body"].read() for name in names(bucket)} == files
    assert len(files) > 2
    call_command("verify_register", stdout=io.StringIO())


@pytest.mark.long
@pytest.mark.same_on_both
def test_verifying_tells_which_files_are_gone_or_are_not_what_was_uploaded(world, bucket):
    gone, changed = factories.evidence(world.on_track), factories.evidence(world.overdue)
    bucket.Object(gone.file.name).delete()
    bucket.Object(changed.file.name).put(Body=b"another")
    said = io.StringIO()
    with override("en"), pytest.raises(CommandError):
        call_command("verify_register", stdout=said)
    told = said.getvalue()
    assert f"“{gone.file.name}” is not there" in told
    assert f"“{changed.file.name}” is not what was uploaded" in told
    assert signed_in(world.reader).get(f"/evidence/{gone.pk}/").status_code == 410


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_note_that_another_worker_has_settled_costs_the_others_nothing(bucket, monkeypatch):
    now = timezone.now()
    for name in ("evidence/2026/one", "evidence/2026/two"):
        default_storage.note(name)
        default_storage.save(name, ContentFile(PDF))
    [first, _second] = sorted(entry.key for entry in bucket.objects.filter(Prefix="unsettled/"))
    notes = default_storage.listdir(UNSETTLED)
    bucket.Object(first).delete()
    monkeypatch.setattr("meetings.storage.s3.S3RegisterStorage.listdir", lambda _self, _folder: notes)
    monkeypatch.setattr("meetings.storage.files.timezone.now", lambda: now + 2 * SETTLED_AFTER)
    assert settle_files() == ["evidence/2026/two"]
    with pytest.raises(FileNotFoundError):
        default_storage.get_modified_time(first)


# --- where it fails -----------------------------------------------------------------------------


@pytest.fixture(params=["no bucket", "nobody there", "silence"])
def failing(request, bucket, server, settings) -> Iterator[SimpleNamespace]:
    """A store that fails, once ``fail`` is called."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if request.param == "silence":
            # The system accepts, and nobody reads.
            other.listen()
        silent = f"http://127.0.0.1:{other.getsockname()[1]}"

        def fail() -> None:
            stored_in(settings, server if request.param == "no bucket" else silent)
            options = settings.STORAGES["default"]["OPTIONS"]
            options["bucket_name"] = "elsewhere" if request.param == "no bucket" else BUCKET
            quick = Config(connect_timeout=0.2, read_timeout=0.2, retries={"total_max_attempts": 1})
            default_storage.client_config = default_storage.client_config.merge(quick)

        yield SimpleNamespace(fail=fail)
        stored_in(settings, server)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_form_says_so_and_comes_back_with_what_was_typed(world, failing):
    world.liaison.language = "en"
    world.liaison.save()
    task, client = world.on_track, signed_in(world.liaison)
    failing.fail()
    response = send_evidence(client, task, world.day)
    assert response.status_code in (503, 507)
    page = parsed(response).xpath("//main")[0].text_content()
    assert TOOK_NOTHING in page or AWAY in page
    assert "见附件。" in response.content.decode()
    assert not Evidence.objects.exists()
    assert "evidence" not in task.log.values_list("kind", flat=True)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_download_says_so(world, failing):
    evidence = factories.evidence(world.on_track)
    client = Client(raise_request_exception=False)
    client.force_login(world.reader)
    failing.fail()
    response = client.get(f"/evidence/{evidence.pk}/")
    assert response.status_code == 503
    assert "文件存储没有响应" in parsed(response).text_content()
    for ask in (default_storage.open, default_storage.get_modified_time):
        with pytest.raises(FilesAwayError):
            ask(evidence.file.name)


@pytest.mark.long
@pytest.mark.same_on_both
def test_commands_say_so_in_a_line_and_leave_nothing(world, failing, tmp_path):
    factories.evidence(world.on_track)
    failing.fail()
    for command in (["backup", str(tmp_path / "register.zip")], ["verify_register"]):
        with override("en"), pytest.raises((CommandError, FilesAwayError)) as refusal:
            call_command(*command, stdout=io.StringIO())
        assert AWAY in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_server_is_not_ready(failing):
    assert Client().get("/healthz").status_code == 200
    failing.fail()
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.content == b"not ready\nlive: yes\nready: no (files cannot be stored)"


WITHOUT_THE_EXTRA = """
import runpy, sys
sys.modules["storages"] = None
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("bucket_name", ["", "register"])
def test_at_the_start_it_is_said_that_the_extra_is_missing(tmp_path, bucket_name):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA, "check"],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, "S3_BUCKET": bucket_name, "DATABASE_URL": f"sqlite:///{tmp_path / 'register.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if bucket_name:
        assert done.returncode == 1
        (sentences,) = done.stderr.splitlines()
        assert sentences.startswith("设置了 S3_BUCKET，但未安装访问这类存储的组件")
        assert sentences.endswith(
            "S3_BUCKET is set, but what speaks to such a store is not installed (docs/operations.md, S3)."
        )
    else:
        assert done.returncode == 0

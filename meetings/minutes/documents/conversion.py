"""Documents that LibreOffice has to convert (.doc, .wps, .rtf, .odt).

It runs beside the sandbox's worker, for it needs more memory, with the same processor time and a profile of its own in
which macros and linked files are off; where the system allows, it has no network either.
"""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from xlrd.compdoc import CompDoc

from .detect import Format
from .errors import MAX_SECONDS, MAX_WAIT_SECONDS, UnreadableDocumentError, UnreadableReason

_SECURITY = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS = {"DisableMacrosExecution": "true", "BlockUntrustedRefererLinks": "true", "MacroSecurityLevel": "3"}
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(
        f'<item oor:path="{_SECURITY}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for name, value in _SETTINGS.items()
    )
    + "</oor:items>"
)
_WORKER = "meetings.minutes.conversion_worker"
_ROOT = Path(__file__).resolve().parents[3]
# Where the first block of a document has its flags; the one for a password is the lowest of the second byte.
_FLAGS = 10


def find_converter() -> str | None:
    """Return where LibreOffice is, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert_to_docx(content: bytes, file_format: Format) -> bytes:
    """Return the document as .docx; raises UnreadableDocumentError."""
    program = find_converter()
    if program is None:
        raise UnreadableDocumentError(UnreadableReason.NO_CONVERTER)
    if file_format is Format.DOC and _needs_password(content):
        raise UnreadableDocumentError(UnreadableReason.ENCRYPTED)
    with tempfile.TemporaryDirectory(prefix="minutes-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, target = folder / f"document.{file_format}", folder / "out" / "document.docx"
        source.write_bytes(content)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE)
        status = _run(
            [
                *(sys.executable, "-m", _WORKER, str(MAX_SECONDS), program),
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"),
                *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(target.parent), str(source)),
            ],
            folder,
        )
        if target.exists():
            return target.read_bytes()
    if status is None or status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS)
    raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=f".{file_format}")


def _run(command: list[str], folder: Path) -> int | None:
    """Run the command and return its status; None where it was ended for taking long."""
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(  # nosec B603 # a fixed program, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(MAX_WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            # What it started has to end with it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _needs_password(content: bytes) -> bool:
    """Return whether a Word document of 1997 to 2003 says so in its first block."""
    try:
        block = CompDoc(content, logfile=io.StringIO()).get_named_stream("WordDocument")
    except Exception:  # noqa: BLE001 - xlrd raises whatever a damaged file leads it to
        return False
    return bool(block and len(block) > _FLAGS + 1 and block[_FLAGS + 1] & 1)

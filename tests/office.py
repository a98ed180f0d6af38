"""LibreOffice, started once for all that tests convert: to start it takes a second of the processor."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_LONGEST_START_SECONDS = 120
_LONGEST_CONVERSION_SECONDS = 180


class Office:
    """A LibreOffice that is running."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def convert(self, paths: Sequence[Path], target: str, folder: Path) -> list[Path]:
        """Convert files into ``folder``, to the format with the ending ``target``."""
        command = [*self._command, "--convert-to", target, "--outdir", str(folder), *map(str, paths)]
        # It hands over to the one that is running, and ends when that has converted them.
        subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST_CONVERSION_SECONDS)
        return [folder / f"{path.stem}.{target}" for path in paths]

    def save_as(self, content: bytes, source: str, target: str) -> bytes:
        """Return a document of the format ``source`` as one of the format ``target``, by their endings."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"document.{source}"
            path.write_bytes(content)
            (saved,) = self.convert([path], target, Path(folder) / "out")
            return saved.read_bytes()


@contextmanager
def open_office(program: str) -> Iterator[Office]:
    """Start LibreOffice with a profile of its own; end it afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        # With a document open it stays, and beside a document that is open it lays a lock.
        (folder / "open.txt").write_text("open", encoding="utf-8")
        running = subprocess.Popen(
            [*command, str(folder / "open.txt")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(folder / ".~lock.open.txt#", running)
            yield Office(command)
        finally:
            running.terminate()
            running.wait()


def _wait_for(lock: Path, running: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _LONGEST_START_SECONDS
    while not lock.exists():
        if running.poll() is not None or time.monotonic() > end:
            raise RuntimeError("LibreOffice does not start.")
        time.sleep(0.05)

"""LibreOffice, for looking at what exported files print."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def as_pdf(soffice, tmp_path_factory):
    """Return the function that lets LibreOffice print a file: path in, path of the PDF out."""
    profile = tmp_path_factory.mktemp("office")

    def convert(path: Path) -> Path:
        subprocess.run(
            [
                soffice,
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(path.parent),
                str(path),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return path.with_suffix(".pdf")

    return convert

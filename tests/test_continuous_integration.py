"""What runs before a commit and after a push is what `make` and `.ci/run` do."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
pytestmark = pytest.mark.same_on_both


def test_before_a_commit_runs_what_make_lint_runs():
    lint = "".join(re.findall(r"^lint-\w+:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    lines = re.sub(r"\$\(BIN\)", ".venv/bin", lint)
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"] for hook in repository["hooks"]]
    for entry in entries:
        assert f"{entry}\n" in lines or f"{entry} " in lines, entry
    called = {line for line in re.findall(r"\.venv/bin/(\w+)", lines) if line != "python"}
    assert {re.search(r"\.venv/bin/(\w+)|npm", entry)[1] for entry in entries} == {*called, None}


def test_after_a_push_the_lowest_python_and_a_newer_one_run_what_any_machine_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert job["strategy"]["matrix"]["python"] == [lowest, "3.13"]
    assert "bash .ci/run" in [step.get("run") for step in job["steps"]]
    assert (ROOT / ".ci/run").exists()


def test_the_bundle_has_packages_for_these_pythons():
    (pythons,) = re.findall(r'^pythons="(.*)"$', (ROOT / "deploy/offline/bundle.sh").read_text(), flags=re.MULTILINE)
    assert {"3.11", "3.13"} <= set(pythons.split())

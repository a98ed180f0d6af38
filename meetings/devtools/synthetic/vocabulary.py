"""Invented texts of the synthetic register (``vocabulary.json``)."""

import json
from pathlib import Path
from types import SimpleNamespace

vocabulary = SimpleNamespace(**json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8")))

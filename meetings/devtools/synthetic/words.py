"""Texts of the made-up register (``words.json``); none stands in a real notice."""

import json
from pathlib import Path
from types import SimpleNamespace

words = SimpleNamespace(**json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8")))

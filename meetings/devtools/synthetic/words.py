"""What the made-up register is made of (``words.json``). None of these sentences stands in a real notice."""

import json
from pathlib import Path
from types import SimpleNamespace

words = SimpleNamespace(**json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8")))

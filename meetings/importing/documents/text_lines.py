from __future__ import annotations
def table_of_single_lines(lines):
    return None

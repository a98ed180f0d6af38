from __future__ import annotations
def table_of_aligned_columns(lines):
    return None

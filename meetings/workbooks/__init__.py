"""A fill-in workbook comes back: read, compared with the register, decided on, accepted.

Reading order: ``sheets`` (file -> cells) -> ``reading`` (cells -> rows known by their keys, and what else was done to
the workbook) -> ``values`` (what was typed -> day, status) -> ``comparing`` (rows and register -> what changes, what
is stale, what is wrong) -> ``uploads`` (the verbs).
"""

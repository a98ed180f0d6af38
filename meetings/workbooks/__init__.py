"""A fill-in workbook comes back: read, compared with the register, accepted.

Reading order: ``parser`` (cells -> rows known by their keys, and other changes of the workbook) -> ``values`` (cell
texts -> day, status) -> ``review`` (rows and register -> what changes, what is stale, what is wrong) -> ``services``.
"""

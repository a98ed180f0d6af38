"""接口: the register for programs, at /api/v1/ (docs/api.md).

What is read and done comes from the queries, forms and services of the pages, for the account that owns the token. All
but `entry`, `middleware` and `problems` is imported with the first request for it.
"""

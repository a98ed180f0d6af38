"""报告: documents for a meeting, a period or a member, and the register's summary.

The content of a report is gathered into frozen dataclasses (`progress`, `bulletin`, `replies`), put into the words and
blocks of a document (`…_document`), and written by `official`, which alone knows how official documents look.
Official documents are Chinese, whatever the reader's language.
"""

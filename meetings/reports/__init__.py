"""报告: documents for a meeting, a period or a member, and the register's summary.

The content of a report is gathered into frozen dataclasses (`progress`, `bulletin`, `replies`), put into the words and
blocks of a document (`…_document`) with what several of them say alike (`formatting`, `prose`, `tables`), and written
by `official`, which alone knows how official documents look; what fits on a page, `measures` knows.
Official documents are Chinese, whatever the reader's language.
"""

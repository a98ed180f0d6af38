"""报告: the documents made for a meeting, a period, a member, and the register with its summary.

What a report says is gathered into frozen dataclasses (`progress`, `bulletin`, `replies`), put into the words and
blocks of a document (`…_document`), and written by `official`, which alone knows how official documents look.
Official documents are Chinese, whatever the reader's language.
"""

"""The project: its settings, its addresses, and the tools that `make` calls."""

__version__ = "1.0.0"

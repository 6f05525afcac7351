"""The 2025 US-China trade truce, measured."""

__version__ = "0.1.0"

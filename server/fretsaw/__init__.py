"""Fretsaw: a coding agent for editors that changes only what was asked for."""

__version__ = "0.1.0"

"""Limits."""

LIMIT = 10

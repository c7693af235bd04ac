"""Measure how long things take, and say it in words."""

from stopwatch.duration import format_duration, parse_duration
from stopwatch.report import Lap, report

__all__ = ["Lap", "format_duration", "parse_duration", "report"]

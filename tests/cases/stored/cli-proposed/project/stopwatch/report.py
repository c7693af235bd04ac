"""A report of laps, one line each."""

from dataclasses import dataclass

from stopwatch.duration import format_duration


@dataclass(frozen=True)
class Lap:
    name: str
    seconds: float


def report(laps):
    """The laps as lines, the slowest first, with the total at the end."""
    width = max((len(lap.name) for lap in laps), default=5)
    slowest_first = sorted(laps, key=lambda lap: -lap.seconds)
    lines = [f"{lap.name:<{width}}  {format_duration(lap.seconds)}" for lap in slowest_first]
    total = sum(lap.seconds for lap in laps)
    lines.append(f"{'total':<{width}}  {format_duration(total)}")
    return "\n".join(lines)

"""Durations: seconds to words and back."""

UNITS = (("h", 3600), ("m", 60), ("s", 1))


def format_duration(seconds):
    """Seconds as words: 3725 is "1h 2m 5s". Fractions are rounded to whole seconds."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    # Leave out what is zero, but never say nothing at all.
    parts = [(int(hours), "h"), (int(minutes), "m"), (round(rest), "s")]
    words = [f"{number}{unit}" for number, unit in parts if number]
    return " ".join(words) or "0s"


def parse_duration(text):
    """Words as seconds: "1h 2m 5s" is 3725. Raises ValueError for anything else."""
    total = 0
    factors = dict(UNITS)
    for word in text.split():
        number, unit = word[:-1], word[-1:]
        if unit not in factors or not number.isdigit():
            raise ValueError(f"not a duration: {text!r}")
        total += int(number) * factors[unit]
    return total

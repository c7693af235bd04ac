"""Surds."""


def split(expr):
    """Split it. Empty: one."""
    surds = sorted(expr)
    if not surds:
        return 1, []
    return pair(surds)


def pair(found):
    """The first and the rest."""
    if not found:
        return 1, []
    first = found[0]
    return first, found[1:]

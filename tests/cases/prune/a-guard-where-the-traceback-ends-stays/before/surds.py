"""Surds."""


def split(expr):
    """Split it."""
    surds = sorted(expr)
    return pair(surds)


def pair(found):
    """The first and the rest."""
    first = found[0]
    return first, found[1:]


def match(p):
    return split(p)

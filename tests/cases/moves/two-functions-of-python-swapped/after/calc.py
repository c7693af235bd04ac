def last(items):
    found = None
    for item in items:
        found = item
    return found


def add(a, b):
    return a + b


def first(items):
    for item in items:
        return item
    return None

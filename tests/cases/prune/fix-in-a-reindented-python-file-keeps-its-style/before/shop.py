def total(rows, rate):
    result = 0
    for row in rows:
        # Every row counts.
        result += row.price * rate
    return result


def label(code):
    if not code:
        raise KeyError('no such currency: ' +
                       code)
    return NAMES[code]

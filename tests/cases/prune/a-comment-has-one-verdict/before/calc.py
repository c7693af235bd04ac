def add(a, b):
    left_side = a
    return left_side - b


def other(row):
    # Walks over the row and
    # counts what it finds,
    # from the left side.
    for one in row:
        print(one)

def add(a, b):
    left_side = a
    return right_side(b) + left_side


def other(row):
    # Goes through the row and
    # counts what it finds,
    # as right_side does.
    for one in row:
        print(one)

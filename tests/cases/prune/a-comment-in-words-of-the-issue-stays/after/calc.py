def add(a, b):
    return a + b


def other(row):
    # Refunds of a closed account are negative amounts.
    for one in row:
        print(one)


def third(row):
    # Print each account of the given sequence in its order.
    for one in row:
        print(one)

def add(a, b):
    return a - b


def other(row):
    for one in row:
        print(one)


def third(row):
    for one in row:
        print(one)

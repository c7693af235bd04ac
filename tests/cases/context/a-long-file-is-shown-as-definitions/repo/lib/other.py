def other_0(value):
    total = value + 0
    for step in range(0):
        total += step * value
    return total


def other_1(value):
    total = value + 1
    for step in range(1):
        total += step * value
    return total


def other_2(value):
    total = value + 2
    for step in range(2):
        total += step * value
    return total


def other_3(value):
    total = value + 3
    for step in range(3):
        total += step * value
    return total


def other_4(value):
    total = value + 4
    for step in range(4):
        total += step * value
    return total


def other_5(value):
    total = value + 5
    for step in range(5):
        total += step * value
    return total


def other_6(value):
    total = value + 6
    for step in range(6):
        total += step * value
    return total


def other_7(value):
    total = value + 7
    for step in range(7):
        total += step * value
    return total


def other_8(value):
    total = value + 8
    for step in range(8):
        total += step * value
    return total


def other_9(value):
    total = value + 9
    for step in range(9):
        total += step * value
    return total



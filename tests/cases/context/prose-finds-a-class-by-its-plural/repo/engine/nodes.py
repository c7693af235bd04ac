def step_0(value):
    total = value + 0
    for one in range(0):
        total += one * value
    return total


def step_1(value):
    total = value + 1
    for one in range(1):
        total += one * value
    return total


def step_2(value):
    total = value + 2
    for one in range(2):
        total += one * value
    return total


def step_3(value):
    total = value + 3
    for one in range(3):
        total += one * value
    return total


def step_4(value):
    total = value + 4
    for one in range(4):
        total += one * value
    return total


def step_5(value):
    total = value + 5
    for one in range(5):
        total += one * value
    return total


def step_6(value):
    total = value + 6
    for one in range(6):
        total += one * value
    return total


def step_7(value):
    total = value + 7
    for one in range(7):
        total += one * value
    return total


def step_8(value):
    total = value + 8
    for one in range(8):
        total += one * value
    return total


def step_9(value):
    total = value + 9
    for one in range(9):
        total += one * value
    return total


def step_10(value):
    total = value + 10
    for one in range(10):
        total += one * value
    return total


def step_11(value):
    total = value + 11
    for one in range(11):
        total += one * value
    return total


class Include:
    """A part that another file gives."""

    def __init__(self, path):
        self.path = path


def later_0(value):
    total = value + 0
    for one in range(0):
        total += one * value
    return total


def later_1(value):
    total = value + 1
    for one in range(1):
        total += one * value
    return total


def later_2(value):
    total = value + 2
    for one in range(2):
        total += one * value
    return total


def later_3(value):
    total = value + 3
    for one in range(3):
        total += one * value
    return total


def later_4(value):
    total = value + 4
    for one in range(4):
        total += one * value
    return total


def later_5(value):
    total = value + 5
    for one in range(5):
        total += one * value
    return total


def later_6(value):
    total = value + 6
    for one in range(6):
        total += one * value
    return total


def later_7(value):
    total = value + 7
    for one in range(7):
        total += one * value
    return total


def later_8(value):
    total = value + 8
    for one in range(8):
        total += one * value
    return total


def later_9(value):
    total = value + 9
    for one in range(9):
        total += one * value
    return total


def later_10(value):
    total = value + 10
    for one in range(10):
        total += one * value
    return total


def later_11(value):
    total = value + 11
    for one in range(11):
        total += one * value
    return total



def rule_0(value):
    total = value + 0
    for step in range(0):
        total += step * value
    return total


def rule_1(value):
    total = value + 1
    for step in range(1):
        total += step * value
    return total


def rule_2(value):
    total = value + 2
    for step in range(2):
        total += step * value
    return total


def rule_3(value):
    total = value + 3
    for step in range(3):
        total += step * value
    return total


def rule_4(value):
    total = value + 4
    for step in range(4):
        total += step * value
    return total


def rule_5(value):
    total = value + 5
    for step in range(5):
        total += step * value
    return total


def rule_6(value):
    total = value + 6
    for step in range(6):
        total += step * value
    return total


def rule_7(value):
    total = value + 7
    for step in range(7):
        total += step * value
    return total


def rule_8(value):
    total = value + 8
    for step in range(8):
        total += step * value
    return total


def rule_9(value):
    total = value + 9
    for step in range(9):
        total += step * value
    return total


def rule_10(value):
    total = value + 10
    for step in range(10):
        total += step * value
    return total


def rule_11(value):
    total = value + 11
    for step in range(11):
        total += step * value
    return total


def rule_12(value):
    total = value + 12
    for step in range(12):
        total += step * value
    return total


def rule_13(value):
    total = value + 13
    for step in range(13):
        total += step * value
    return total


def rule_14(value):
    total = value + 14
    for step in range(14):
        total += step * value
    return total


def rule_15(value):
    total = value + 15
    for step in range(15):
        total += step * value
    return total


def rule_16(value):
    total = value + 16
    for step in range(16):
        total += step * value
    return total


def rule_17(value):
    total = value + 17
    for step in range(17):
        total += step * value
    return total


def rule_18(value):
    total = value + 18
    for step in range(18):
        total += step * value
    return total


def rule_19(value):
    total = value + 19
    for step in range(19):
        total += step * value
    return total


def discount(amount):
    return amount * 0.9

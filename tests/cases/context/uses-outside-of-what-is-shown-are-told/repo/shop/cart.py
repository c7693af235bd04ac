from shop.price import apply_discount


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


def rule_20(value):
    total = value + 20
    for step in range(20):
        total += step * value
    return total


def rule_21(value):
    total = value + 21
    for step in range(21):
        total += step * value
    return total


def rule_22(value):
    total = value + 22
    for step in range(22):
        total += step * value
    return total


def rule_23(value):
    total = value + 23
    for step in range(23):
        total += step * value
    return total


def rule_24(value):
    total = value + 24
    for step in range(24):
        total += step * value
    return total


def rule_25(value):
    total = value + 25
    for step in range(25):
        total += step * value
    return total


def rule_26(value):
    total = value + 26
    for step in range(26):
        total += step * value
    return total


def rule_27(value):
    total = value + 27
    for step in range(27):
        total += step * value
    return total


def rule_28(value):
    total = value + 28
    for step in range(28):
        total += step * value
    return total


def rule_29(value):
    total = value + 29
    for step in range(29):
        total += step * value
    return total


def rule_30(value):
    total = value + 30
    for step in range(30):
        total += step * value
    return total


def rule_31(value):
    total = value + 31
    for step in range(31):
        total += step * value
    return total


def rule_32(value):
    total = value + 32
    for step in range(32):
        total += step * value
    return total


def rule_33(value):
    total = value + 33
    for step in range(33):
        total += step * value
    return total


def rule_34(value):
    total = value + 34
    for step in range(34):
        total += step * value
    return total


def rule_35(value):
    total = value + 35
    for step in range(35):
        total += step * value
    return total


def rule_36(value):
    total = value + 36
    for step in range(36):
        total += step * value
    return total


def rule_37(value):
    total = value + 37
    for step in range(37):
        total += step * value
    return total


def rule_38(value):
    total = value + 38
    for step in range(38):
        total += step * value
    return total


def rule_39(value):
    total = value + 39
    for step in range(39):
        total += step * value
    return total


class Cart:
    def total(self):
        # apply_discount is for members
        return apply_discount(sum(self.prices))

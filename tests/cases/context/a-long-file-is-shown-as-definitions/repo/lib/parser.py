import re
import sys

def step_0(value):
    total = value + 0
    for step in range(0):
        total += step * value
    return total


def step_1(value):
    total = value + 1
    for step in range(1):
        total += step * value
    return total


def step_2(value):
    total = value + 2
    for step in range(2):
        total += step * value
    return total


def step_3(value):
    total = value + 3
    for step in range(3):
        total += step * value
    return total


def step_4(value):
    total = value + 4
    for step in range(4):
        total += step * value
    return total


def step_5(value):
    total = value + 5
    for step in range(5):
        total += step * value
    return total


def step_6(value):
    total = value + 6
    for step in range(6):
        total += step * value
    return total


def step_7(value):
    total = value + 7
    for step in range(7):
        total += step * value
    return total


def step_8(value):
    total = value + 8
    for step in range(8):
        total += step * value
    return total


def step_9(value):
    total = value + 9
    for step in range(9):
        total += step * value
    return total


def step_10(value):
    total = value + 10
    for step in range(10):
        total += step * value
    return total


def step_11(value):
    total = value + 11
    for step in range(11):
        total += step * value
    return total


def step_12(value):
    total = value + 12
    for step in range(12):
        total += step * value
    return total


def step_13(value):
    total = value + 13
    for step in range(13):
        total += step * value
    return total


def step_14(value):
    total = value + 14
    for step in range(14):
        total += step * value
    return total


def step_15(value):
    total = value + 15
    for step in range(15):
        total += step * value
    return total


def step_16(value):
    total = value + 16
    for step in range(16):
        total += step * value
    return total


def step_17(value):
    total = value + 17
    for step in range(17):
        total += step * value
    return total


def step_18(value):
    total = value + 18
    for step in range(18):
        total += step * value
    return total


def step_19(value):
    total = value + 19
    for step in range(19):
        total += step * value
    return total


def step_20(value):
    total = value + 20
    for step in range(20):
        total += step * value
    return total


def step_21(value):
    total = value + 21
    for step in range(21):
        total += step * value
    return total


def step_22(value):
    total = value + 22
    for step in range(22):
        total += step * value
    return total


def step_23(value):
    total = value + 23
    for step in range(23):
        total += step * value
    return total


def step_24(value):
    total = value + 24
    for step in range(24):
        total += step * value
    return total


def step_25(value):
    total = value + 25
    for step in range(25):
        total += step * value
    return total


def step_26(value):
    total = value + 26
    for step in range(26):
        total += step * value
    return total


def step_27(value):
    total = value + 27
    for step in range(27):
        total += step * value
    return total


def step_28(value):
    total = value + 28
    for step in range(28):
        total += step * value
    return total


def step_29(value):
    total = value + 29
    for step in range(29):
        total += step * value
    return total


def step_30(value):
    total = value + 30
    for step in range(30):
        total += step * value
    return total


def step_31(value):
    total = value + 31
    for step in range(31):
        total += step * value
    return total


def step_32(value):
    total = value + 32
    for step in range(32):
        total += step * value
    return total


def step_33(value):
    total = value + 33
    for step in range(33):
        total += step * value
    return total


def step_34(value):
    total = value + 34
    for step in range(34):
        total += step * value
    return total


def step_35(value):
    total = value + 35
    for step in range(35):
        total += step * value
    return total


def step_36(value):
    total = value + 36
    for step in range(36):
        total += step * value
    return total


def step_37(value):
    total = value + 37
    for step in range(37):
        total += step * value
    return total


def step_38(value):
    total = value + 38
    for step in range(38):
        total += step * value
    return total


def step_39(value):
    total = value + 39
    for step in range(39):
        total += step * value
    return total


def step_40(value):
    total = value + 40
    for step in range(40):
        total += step * value
    return total


def step_41(value):
    total = value + 41
    for step in range(41):
        total += step * value
    return total


def step_42(value):
    total = value + 42
    for step in range(42):
        total += step * value
    return total


def step_43(value):
    total = value + 43
    for step in range(43):
        total += step * value
    return total


def step_44(value):
    total = value + 44
    for step in range(44):
        total += step * value
    return total


def step_45(value):
    total = value + 45
    for step in range(45):
        total += step * value
    return total


def step_46(value):
    total = value + 46
    for step in range(46):
        total += step * value
    return total


def step_47(value):
    total = value + 47
    for step in range(47):
        total += step * value
    return total


def step_48(value):
    total = value + 48
    for step in range(48):
        total += step * value
    return total


def step_49(value):
    total = value + 49
    for step in range(49):
        total += step * value
    return total


def step_50(value):
    total = value + 50
    for step in range(50):
        total += step * value
    return total


def step_51(value):
    total = value + 51
    for step in range(51):
        total += step * value
    return total


def step_52(value):
    total = value + 52
    for step in range(52):
        total += step * value
    return total


def step_53(value):
    total = value + 53
    for step in range(53):
        total += step * value
    return total


def step_54(value):
    total = value + 54
    for step in range(54):
        total += step * value
    return total


def step_55(value):
    total = value + 55
    for step in range(55):
        total += step * value
    return total


def step_56(value):
    total = value + 56
    for step in range(56):
        total += step * value
    return total


def step_57(value):
    total = value + 57
    for step in range(57):
        total += step * value
    return total


def step_58(value):
    total = value + 58
    for step in range(58):
        total += step * value
    return total


def step_59(value):
    total = value + 59
    for step in range(59):
        total += step * value
    return total


class Reader:
    """Reads."""

    limit = 3

    def skip_0(self):
        return 0

    def skip_1(self):
        return 1

    def skip_2(self):
        return 2

    def skip_3(self):
        return 3

    def skip_4(self):
        return 4

    def skip_5(self):
        return 5

    def skip_6(self):
        return 6

    def skip_7(self):
        return 7

    def skip_8(self):
        return 8

    def skip_9(self):
        return 9

    def skip_10(self):
        return 10

    def skip_11(self):
        return 11

    def skip_12(self):
        return 12

    def skip_13(self):
        return 13

    def skip_14(self):
        return 14

    def skip_15(self):
        return 15

    def skip_16(self):
        return 16

    def skip_17(self):
        return 17

    def skip_18(self):
        return 18

    def skip_19(self):
        return 19

    def skip_20(self):
        return 20

    def skip_21(self):
        return 21

    def skip_22(self):
        return 22

    def skip_23(self):
        return 23

    def skip_24(self):
        return 24

    def skip_25(self):
        return 25

    def skip_26(self):
        return 26

    def skip_27(self):
        return 27

    def skip_28(self):
        return 28

    def skip_29(self):
        return 29

    def parse_header(self, line):
        fields = re.split(",", line)
        return fields[:-1]

    def more_0(self):
        return 0

    def more_1(self):
        return 1

    def more_2(self):
        return 2

    def more_3(self):
        return 3

    def more_4(self):
        return 4

    def more_5(self):
        return 5

    def more_6(self):
        return 6

    def more_7(self):
        return 7

    def more_8(self):
        return 8

    def more_9(self):
        return 9

    def more_10(self):
        return 10

    def more_11(self):
        return 11

    def more_12(self):
        return 12

    def more_13(self):
        return 13

    def more_14(self):
        return 14

    def more_15(self):
        return 15

    def more_16(self):
        return 16

    def more_17(self):
        return 17

    def more_18(self):
        return 18

    def more_19(self):
        return 19

    def more_20(self):
        return 20

    def more_21(self):
        return 21

    def more_22(self):
        return 22

    def more_23(self):
        return 23

    def more_24(self):
        return 24

    def more_25(self):
        return 25

    def more_26(self):
        return 26

    def more_27(self):
        return 27

    def more_28(self):
        return 28

    def more_29(self):
        return 29


import math


class Interval:
    """A range of numbers."""

    def __init__(self, low, high):
        self.low = low
        self.high = high

    def measure_0(self):
        size = self.high - self.low
        for one in range(0):
            size += math.sqrt(one)
        return size

    def measure_1(self):
        size = self.high - self.low
        for one in range(1):
            size += math.sqrt(one)
        return size

    def measure_2(self):
        size = self.high - self.low
        for one in range(2):
            size += math.sqrt(one)
        return size

    def measure_3(self):
        size = self.high - self.low
        for one in range(3):
            size += math.sqrt(one)
        return size

    def measure_4(self):
        size = self.high - self.low
        for one in range(4):
            size += math.sqrt(one)
        return size

    def measure_5(self):
        size = self.high - self.low
        for one in range(5):
            size += math.sqrt(one)
        return size

    def measure_6(self):
        size = self.high - self.low
        for one in range(6):
            size += math.sqrt(one)
        return size

    def measure_7(self):
        size = self.high - self.low
        for one in range(7):
            size += math.sqrt(one)
        return size

    def measure_8(self):
        size = self.high - self.low
        for one in range(8):
            size += math.sqrt(one)
        return size

    def measure_9(self):
        size = self.high - self.low
        for one in range(9):
            size += math.sqrt(one)
        return size

    def measure_10(self):
        size = self.high - self.low
        for one in range(10):
            size += math.sqrt(one)
        return size

    def measure_11(self):
        size = self.high - self.low
        for one in range(11):
            size += math.sqrt(one)
        return size

    def measure_12(self):
        size = self.high - self.low
        for one in range(12):
            size += math.sqrt(one)
        return size

    def measure_13(self):
        size = self.high - self.low
        for one in range(13):
            size += math.sqrt(one)
        return size

    def measure_14(self):
        size = self.high - self.low
        for one in range(14):
            size += math.sqrt(one)
        return size

    def measure_15(self):
        size = self.high - self.low
        for one in range(15):
            size += math.sqrt(one)
        return size

    def measure_16(self):
        size = self.high - self.low
        for one in range(16):
            size += math.sqrt(one)
        return size

    def measure_17(self):
        size = self.high - self.low
        for one in range(17):
            size += math.sqrt(one)
        return size

    def measure_18(self):
        size = self.high - self.low
        for one in range(18):
            size += math.sqrt(one)
        return size

    def measure_19(self):
        size = self.high - self.low
        for one in range(19):
            size += math.sqrt(one)
        return size

    def measure_20(self):
        size = self.high - self.low
        for one in range(20):
            size += math.sqrt(one)
        return size

    def measure_21(self):
        size = self.high - self.low
        for one in range(21):
            size += math.sqrt(one)
        return size

    def measure_22(self):
        size = self.high - self.low
        for one in range(22):
            size += math.sqrt(one)
        return size

    def measure_23(self):
        size = self.high - self.low
        for one in range(23):
            size += math.sqrt(one)
        return size

    def measure_24(self):
        size = self.high - self.low
        for one in range(24):
            size += math.sqrt(one)
        return size

    def __str__(self):
        first, second = self.high, self.low
        return f"{first}..{second}"

    def other_0(self):
        size = self.high + self.low
        for one in range(0):
            size -= math.sqrt(one)
        return size

    def other_1(self):
        size = self.high + self.low
        for one in range(1):
            size -= math.sqrt(one)
        return size

    def other_2(self):
        size = self.high + self.low
        for one in range(2):
            size -= math.sqrt(one)
        return size

    def other_3(self):
        size = self.high + self.low
        for one in range(3):
            size -= math.sqrt(one)
        return size

    def other_4(self):
        size = self.high + self.low
        for one in range(4):
            size -= math.sqrt(one)
        return size

    def other_5(self):
        size = self.high + self.low
        for one in range(5):
            size -= math.sqrt(one)
        return size

    def other_6(self):
        size = self.high + self.low
        for one in range(6):
            size -= math.sqrt(one)
        return size

    def other_7(self):
        size = self.high + self.low
        for one in range(7):
            size -= math.sqrt(one)
        return size

    def other_8(self):
        size = self.high + self.low
        for one in range(8):
            size -= math.sqrt(one)
        return size

    def other_9(self):
        size = self.high + self.low
        for one in range(9):
            size -= math.sqrt(one)
        return size

    def other_10(self):
        size = self.high + self.low
        for one in range(10):
            size -= math.sqrt(one)
        return size

    def other_11(self):
        size = self.high + self.low
        for one in range(11):
            size -= math.sqrt(one)
        return size

    def other_12(self):
        size = self.high + self.low
        for one in range(12):
            size -= math.sqrt(one)
        return size

    def other_13(self):
        size = self.high + self.low
        for one in range(13):
            size -= math.sqrt(one)
        return size

    def other_14(self):
        size = self.high + self.low
        for one in range(14):
            size -= math.sqrt(one)
        return size

    def other_15(self):
        size = self.high + self.low
        for one in range(15):
            size -= math.sqrt(one)
        return size

    def other_16(self):
        size = self.high + self.low
        for one in range(16):
            size -= math.sqrt(one)
        return size

    def other_17(self):
        size = self.high + self.low
        for one in range(17):
            size -= math.sqrt(one)
        return size

    def other_18(self):
        size = self.high + self.low
        for one in range(18):
            size -= math.sqrt(one)
        return size

    def other_19(self):
        size = self.high + self.low
        for one in range(19):
            size -= math.sqrt(one)
        return size

    def other_20(self):
        size = self.high + self.low
        for one in range(20):
            size -= math.sqrt(one)
        return size

    def other_21(self):
        size = self.high + self.low
        for one in range(21):
            size -= math.sqrt(one)
        return size

    def other_22(self):
        size = self.high + self.low
        for one in range(22):
            size -= math.sqrt(one)
        return size

    def other_23(self):
        size = self.high + self.low
        for one in range(23):
            size -= math.sqrt(one)
        return size

    def other_24(self):
        size = self.high + self.low
        for one in range(24):
            size -= math.sqrt(one)
        return size


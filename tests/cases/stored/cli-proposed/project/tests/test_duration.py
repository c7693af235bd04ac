import unittest

from stopwatch import format_duration, parse_duration


class FormatTest(unittest.TestCase):
    def test_whole_seconds(self):
        self.assertEqual(format_duration(3725), "1h 2m 5s")

    def test_zero(self):
        self.assertEqual(format_duration(0), "0s")

    def test_negative(self):
        self.assertEqual(format_duration(-61), "-1m 1s")

    def test_rounds_up_to_the_next_unit(self):
        self.assertEqual(format_duration(59.7), "1m")
        self.assertEqual(format_duration(3599.6), "1h")


class ParseTest(unittest.TestCase):
    def test_words(self):
        self.assertEqual(parse_duration("1h 2m 5s"), 3725)

    def test_anything_else(self):
        with self.assertRaises(ValueError):
            parse_duration("soon")


if __name__ == "__main__":
    unittest.main()

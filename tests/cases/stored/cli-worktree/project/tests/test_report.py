import unittest

from stopwatch import Lap, report


class ReportTest(unittest.TestCase):
    def test_slowest_first_and_total(self):
        laps = [Lap("warm up", 61), Lap("run", 3600)]
        self.assertEqual(report(laps), "run      1h\nwarm up  1m 1s\ntotal    1h 1m 1s")


if __name__ == "__main__":
    unittest.main()

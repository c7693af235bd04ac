"""Runners that are not installed everywhere: what they print before and after, recorded, and what that proves."""

from __future__ import annotations

GO_RED = "--- FAIL: TestAdd (0.00s)\n    calc_test.go:8: got -1\n--- PASS: TestMul (0.00s)\nFAIL\nFAIL\texample.com/calc\t0.002s\nFAIL\n"
GO_GREEN = "=== RUN   TestAdd\n--- PASS: TestAdd (0.00s)\n=== RUN   TestMul\n--- PASS: TestMul (0.00s)\nPASS\nok  \texample.com/calc\t0.002s\n"
GO_BARE_RED = "--- FAIL: TestAdd (0.00s)\n    calc_test.go:8: got -1\nFAIL\nFAIL\texample.com/calc\t0.002s\nFAIL\n"
RSPEC_RED = "F.\n\nFailures:\n\n  1) Calc adds\n     expected: 5\n          got: -1\n\nFinished in 0.01 seconds\n2 examples, 1 failure\n"
RSPEC_GREEN = "..\n\nFinished in 0.01 seconds (files took 0.1 seconds to load)\n2 examples, 0 failures\n"
MINI_RED = "F.\n\n2 runs, 2 assertions, 1 failures, 0 errors, 0 skips\n"
MINI_GREEN = "..\n\n2 runs, 2 assertions, 0 failures, 0 errors, 0 skips\n"
MAVEN_RED = "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n[INFO] BUILD FAILURE\n"
MAVEN_GREEN = "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD SUCCESS\n"
CTEST_RED = "1/2 Test #1: add ..............***Failed    0.00 sec\n2/2 Test #2: mul ..............   Passed    0.00 sec\n\n50% tests passed, 1 tests failed out of 2\n"
CTEST_GREEN = "1/2 Test #1: add ..............   Passed    0.00 sec\n2/2 Test #2: mul ..............   Passed    0.00 sec\n\n100% tests passed, 0 tests failed out of 2\n"
CTEST_OFF = "3/3 Test #3: old ..............***Not Run (Disabled)   0.00 sec\n"
GO_JSON_RED = '{"Time":"2026-01-01T00:00:00Z","Action":"fail","Package":"example.com/calc","Test":"TestAdd","Elapsed":0}\n{"Time":"2026-01-01T00:00:00Z","Action":"pass","Package":"example.com/calc","Test":"TestMul","Elapsed":0}\n'
GO_JSON_GREEN = GO_JSON_RED.replace('"fail"', '"pass"')
TAP_RED = "TAP version 14\n1..2\nnot ok 1 - add\nok 2 - mul\n"
TAP_GREEN = TAP_RED.replace("not ok", "ok")

RECORDED: tuple[tuple[str, str, str, str], ...] = (
    ("go -v, the fix", "proved", GO_RED, GO_GREEN),
    ("go -v, green with a failed test", "doubtful", GO_RED, GO_GREEN.replace("PASS: TestMul", "FAIL: TestMul")),
    ("go -v, os.Exit before the tests", "fewer", GO_RED, "ok  \texample.com/calc\t0.002s\n"),
    ("go -v, a test is gone", "fewer", GO_RED, GO_GREEN.replace("--- PASS: TestMul (0.00s)\n", "")),
    ("go -v, a test is skipped", "fewer", GO_RED, GO_GREEN.replace("PASS: TestAdd", "SKIP: TestAdd")),
    ("go -v, one more test", "proved", GO_RED, GO_GREEN.replace("PASS\nok", "--- PASS: TestZero (0.00s)\nPASS\nok")),
    ("go -json, the fix", "proved", GO_JSON_RED, GO_JSON_GREEN),
    ("go -json, a test is skipped", "fewer", GO_JSON_RED, GO_JSON_GREEN.replace('"pass"', '"skip"', 1)),
    ("go -json, nothing", "fewer", GO_JSON_RED, ""),
    ("TAP, the fix", "proved", TAP_RED, TAP_GREEN),
    ("TAP, a plan alone", "fewer", TAP_RED, "1..2\n"),
    ("TAP, fewer than planned", "doubtful", TAP_RED, TAP_GREEN.replace("ok 2 - mul\n", "")),
    ("TAP, green with a failed test", "doubtful", TAP_RED, TAP_RED),
    ("TAP, skipped", "fewer", TAP_RED, TAP_GREEN.replace("ok 1 - add", "ok 1 - add # SKIP")),
    ("ctest, a summary of more", "doubtful", CTEST_RED, CTEST_GREEN.replace("out of 2", "out of 3")),
    ("rspec, the fix", "proved", RSPEC_RED, RSPEC_GREEN),
    ("rspec, one more", "proved", RSPEC_RED, RSPEC_GREEN.replace("2 examples", "3 examples")),
    ("rspec, exit! before the summary", "fewer", RSPEC_RED, "."),
    ("rspec, an example less", "fewer", RSPEC_RED, RSPEC_GREEN.replace("2 examples", "1 example")),
    ("rspec, pending", "fewer", RSPEC_RED, RSPEC_GREEN.replace("0 failures", "0 failures, 1 pending")),
    ("minitest, the fix", "proved", MINI_RED, MINI_GREEN),
    ("minitest, a skip", "fewer", MINI_RED, MINI_GREEN.replace("0 skips", "1 skips")),
    ("minitest, exit on load", "fewer", MINI_RED, ""),
    ("surefire, the fix", "proved", MAVEN_RED, MAVEN_GREEN),
    ("surefire, a test less", "fewer", MAVEN_RED, MAVEN_GREEN.replace("run: 2", "run: 1")),
    ("surefire, skipped", "fewer", MAVEN_RED, MAVEN_GREEN.replace("Skipped: 0", "Skipped: 1")),
    ("surefire, no tests", "fewer", MAVEN_RED, "[INFO] No tests to run.\n[INFO] BUILD SUCCESS\n"),
    ("ctest, the fix", "proved", CTEST_RED, CTEST_GREEN),
    (
        "ctest, not run",
        "fewer",
        CTEST_RED,
        CTEST_GREEN.replace("   Passed    0.00 sec\n2/2", "***Not Run   0.00 sec\n2/2"),
    ),
    ("ctest, a disabled test", "proved", f"{CTEST_RED}{CTEST_OFF}", f"{CTEST_GREEN}{CTEST_OFF}"),
    (
        "ctest, a test with blanks in its name",
        "proved",
        CTEST_RED.replace(": add", ": add more"),
        CTEST_GREEN.replace(": add", ": add more"),
    ),
    ("ctest, a test that skips itself", "fewer", CTEST_RED, CTEST_GREEN.replace(" Passed ", "***Skipped ", 1)),
    (
        "ctest, green with an aborted test",
        "doubtful",
        CTEST_RED,
        CTEST_GREEN.replace("   Passed ", "Subprocess aborted***Exception: ", 1),
    ),
    ("ctest, none", "fewer", CTEST_RED, "No tests were found!!!\n"),
)
"""(name, kind of the verdict, output before with exit code 1, output after with exit code 0)"""

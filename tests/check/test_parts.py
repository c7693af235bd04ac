"""The parts of a check on their own: output, reports, candidates, the warm copy, the choice, the hardened process."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.check.check_support import STATE, cannot, make
from tests.check.test_escapes import NOBODY, interpreter

from fretsaw.cancel import Cancel
from fretsaw.check import CheckEnvironment, check_candidates, describe, make_check
from fretsaw.check.run.output import Ring, readable
from fretsaw.check.run.test_count import count_run, printed_tests
from fretsaw.check.sandbox import bwrap
from fretsaw.check.sandbox.landlock import LEAST_VERSION, landlock_version
from fretsaw.check.sandbox.scratch import Scratch, sweep
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.red_alike import is_red_alike
from fretsaw.settings import Settings

# -- output


@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(1, 30))
def test_a_ring_keeps_the_ends_and_counts_the_middle(parts: list[bytes], size: int) -> None:
    ring = Ring(size)
    whole = b"".join(parts).replace(b"\r", b" ").replace(b"\x1b", b" ")
    for part in parts:
        ring.add(part.replace(b"\r", b" ").replace(b"\x1b", b" "))
    if len(whole) <= 2 * size:
        assert ring.text() == readable(whole)
    else:
        middle = f"\n[… {len(whole) - 2 * size:,} bytes left out …]\n"
        assert ring.text() == readable(whole[:size]) + middle + readable(whole[-size:])


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"\x1b[31mred\x1b[0m\n", "red\n"),
        (b"\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        (b"\x1b]0;title", ""),
        (b"10%\r50%\r100%\ndone\r\n", "100%\ndone\n"),
        (b"a\x00b\xff\xe2\x80\x8b", "a<U+0000>b\N{REPLACEMENT CHARACTER}<U+200B>"),
    ],
)
def test_output_is_plain(printed: bytes, shown: str) -> None:
    assert readable(printed) == shown


# -- what is printed and reported


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, marks=pytest.mark.slow)
        for text in ("x", "\n", " ", "-", "1 ", "\r", "\x1b]", "Tests: ", "ok ")
    ]
    + ["test a ... "],
)
def test_a_megabyte_of_one_thing_is_read_in_linear_time(text: str) -> None:
    """Nothing is timed: what takes the square of a megabyte does not end in this test's lifetime."""
    shown = readable(text.encode() * (1 << 20))
    assert count_run(shown) is None
    assert len(printed_tests(shown) or {}) <= 1
    assert isinstance(is_red_alike(CheckResult("red", (), 1, output=shown), CheckResult("red", (), 1)), bool)


SUMMARIES = [
    ("F.\n----\nRan 2 tests in 0.001s\n\nFAILED (failures=1)\n", 2),
    ("Ran 3 tests in 0.001s\n\nOK (skipped=2, expected failures=1)\n", 1),
    ("Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", 0),
    ("# tests 4\n# suites 0\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n", 3),
    ("ℹ tests 2\nℹ pass 2\nℹ skipped 0\n", 2),
    ("test result: FAILED. 1 passed; 1 failed; 3 ignored; 0 measured\ntest result: ok. 4 passed; 0 failed; 0 ig\n", 6),
    ("Tests:       1 failed, 2 skipped, 3 passed, 6 total\nTime: 1 s\n", 4),
    ("      Tests  1 failed | 1 passed (2)\n", 2),
    ("  12 passing (5ms)\n  1 failing\n", 13),
    ("12 examples, 1 failure, 2 pending\n", 10),
    ("t/a.t .. ok\nFiles=1, Tests=3,  0 wallclock secs\nResult: PASS\n", 3),
    ("[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 1\n", 2),
    ("50% tests passed, 1 tests failed out of 2\n", 2),
    ("8 runs, 12 assertions, 0 failures, 0 errors, 1 skips\n", 7),
    ("ok  \texample.com/x\t0.01s\n", None),
    ("", None),
]


@pytest.mark.parametrize(("output", "number"), SUMMARIES)
def test_what_a_runner_says_of_its_tests_is_counted(output: str, number: int | None) -> None:
    assert count_run(output) == number


PRINTED = [
    (
        "     Running unittests src/lib.rs (target/debug/deps/c-1)\ntest tests::a ... ok\ntest tests::b ... FAILED\n"
        "test tests::c ... ignored, slow\n     Running tests/t.rs (target/debug/deps/t-1)\ntest a ... ok\n",
        {
            "unittests src/lib.rs tests::a": "passed",
            "unittests src/lib.rs tests::b": "failed",
            "unittests src/lib.rs tests::c": "skipped",
            "tests/t.rs a": "passed",
        },
    ),
    (
        "--- FAIL: TestAdd (0.00s)\n    --- PASS: TestAdd/zero (0.00s)\n--- SKIP: TestNet (0.00s)\nFAIL\n",
        {"TestAdd": "failed", "TestAdd/zero": "passed", "TestNet": "skipped"},
    ),
    (
        "TAP version 13\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no\n1..3\n",
        {"a": "passed", "b": "failed", "c": "skipped"},
    ),
    (
        "1/2 Test #1: add ....   Passed    0.00 sec\n2/2 Test #2: sub ....***Failed    0.00 sec\n",
        {"add": "passed", "sub": "failed"},
    ),
    ("all is ok\n", None),
]


@pytest.mark.parametrize(("output", "tests"), PRINTED, ids=["cargo", "go", "TAP", "ctest", "prose"])
def test_a_line_a_test_is_read(output: str, tests: dict[str, str] | None) -> None:
    assert printed_tests(output) == tests


@pytest.mark.parametrize("isolation", ["bwrap", "landlock", "none"])
def test_pytest_is_reported_and_not_spoken_of(tmp_path: Path, isolation: str) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): pass\ndef test_b(): assert 0\n")
    result = make(tmp_path, (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"), isolation)({})
    assert (result.state, result.evidence, result.doubts) == ("red", "report", ())
    assert result.tests == {"test_a.py::test_a": "passed", "test_a.py::test_b": "failed"}
    assert "fretsaw" not in result.output.lower()
    assert "1 failed, 1 passed" in result.output


def test_a_runner_that_takes_no_reporter_is_run_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n")
    result = make(tmp_path, (sys.executable, "-I", "-S", "-c", _ISOLATED), "none")({})
    assert (result.state, result.evidence, result.tests, result.ran) == ("green", "output", None, 1)


_ISOLATED = "import sys, unittest; sys.path.insert(0, '.'); unittest.main('test_a')"


NOT_STARTED = [
    (("./here.sh",), "chmod +x ./here.sh"),
    (("./gone.sh",), "there is no such file"),
    (("A=1", "pytest"), "env A=1 pytest"),
    (("cd", ".", "&&", "pytest"), "sh -c 'cd . && pytest'"),
    (("no-such-program",), "no such program in PATH"),
]


@pytest.mark.parametrize(("argv", "remedy"), NOT_STARTED)
def test_a_command_that_cannot_start_says_how_it_could(tmp_path: Path, argv: tuple[str, ...], remedy: str) -> None:
    (tmp_path / "here.sh").write_text("true\n")
    result = make(tmp_path, argv, "none")({})
    assert result.state == "error"
    assert remedy in result.reason


# -- candidates

PROJECTS = {
    "pytest": ({"pyproject.toml": "[tool.pytest.ini_options]\n", "tests/test_a.py": ""}, "python -m pytest -q"),
    "bare pytest": ({"test_a.py": "import pytest"}, "python -m pytest -q"),
    "unittest": ({"tests/test_a.py": "import unittest"}, "python -m unittest discover"),
    "django": ({"manage.py": "import django", "app/tests.py": ""}, "python manage.py test"),
    "npm": ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test"),
    "pnpm": ({"package.json": '{"scripts": {"test": "x"}}', "pnpm-lock.yaml": ""}, "pnpm test"),
    "yarn": ({"package.json": '{"scripts": {"test": "x"}}', "yarn.lock": ""}, "yarn test"),
    "cargo": ({"Cargo.toml": ""}, "cargo test --offline"),
    "go": ({"go.mod": "module x"}, "go test ./..."),
    "maven": ({"pom.xml": ""}, "mvn -o -q test"),
    "gradle": ({"build.gradle.kts": "", "gradlew": ""}, "./gradlew --offline test"),
    "make": ({"Makefile": "all:\n\ntest: all\n\t./t\n"}, "make test"),
    "make check": ({"Makefile": ".PHONY: check\ncheck:\n\t./t\n"}, "make check"),
    "tox": ({"tox.ini": "[tox]\n"}, "tox"),
    "ruby": ({".rspec": ""}, "bundle exec rspec"),
    "dotnet": ({"src/app.csproj": ""}, "dotnet test --no-restore"),
}
NOTHING = [
    {},
    {"README.md": "make test"},
    {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
    {"package.json": "[" * 100_000},
    {"Makefile": "test := 1\nlatest: x\n"},
]


@pytest.mark.parametrize("name", PROJECTS)
def test_candidates(name: str) -> None:
    files, line = PROJECTS[name]
    found = check_candidates(files.get, files)
    assert " ".join(found[0].argv) == line
    assert found[0].why
    assert len({candidate.argv for candidate in found}) == len(found)


@pytest.mark.parametrize("files", NOTHING)
def test_no_candidates(files: dict[str, str]) -> None:
    assert check_candidates(files.get, files) == ()


def test_a_folder_that_is_just_being_made_is_not_swept_away(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = fcntl.flock

    def sweep_before(descriptor: int, how: int) -> None:
        if not how & fcntl.LOCK_NB:
            sweep()  # as another process would, between opening the lock and holding it
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", sweep_before)
    made = Scratch()
    monkeypatch.undo()
    assert made.stage.is_dir()
    sweep()
    assert made.stage.is_dir()


def test_what_a_killed_process_left_is_swept_away() -> None:
    script = (
        "import os, signal; from fretsaw.check.sandbox.scratch import Scratch; kept = Scratch(); "
        "print(kept.path, flush=True)"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[2] / "server")}
    argv = [sys.executable, "-c", f"{script}; os.kill(os.getpid(), signal.SIGKILL)"]
    left = Path(subprocess.run(argv, env=env, capture_output=True, text=True, check=False).stdout.strip())
    assert left.is_dir()
    alive = Scratch()
    assert not left.exists()
    sweep()
    assert alive.report.parent.is_dir()


# -- the choice


def test_without_a_sandbox_nothing_is_run(tmp_path: Path) -> None:
    """bubblewrap that lies in the repository itself is not trusted, which is as good as not installed."""
    tier, reason = describe(Settings(sandbox="bwrap"), None, Path("/usr"))
    assert tier is None
    assert "bubblewrap is not installed" in reason
    assert "--sandbox none" in reason
    marker = tmp_path / "ran"
    result = make_check(Path("/usr"), ("touch", str(marker)), Settings(sandbox="bwrap"), Cancel())({})
    assert (result.state, result.exit_code) == ("unavailable", None)
    assert not marker.exists()


def test_what_held_is_remembered(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert describe(Settings(sandbox="none"), state)[0] == "none"
    assert (state / "sandbox.json").exists()
    (state / "sandbox.json").write_text("[1, 2")
    assert describe(Settings(sandbox="none"), state)[0] == "none"


def test_unsaved_buffers_lie_over_the_tree(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("saved")
    around = CheckEnvironment(STATE, unsaved={"a": "unsaved"})
    check = make_check(tmp_path, ("cat", "a"), Settings(sandbox="none"), Cancel(), around)
    assert check({}).output == "unsaved"
    assert check({"a": "proposed"}).output == "proposed"


# -- the hardened process


def test_a_hardened_process_hides_its_environment() -> None:
    user = NOBODY if os.geteuid() == 0 else os.geteuid()
    program = interpreter(user)
    if not program:
        cannot("there is no interpreter that an ordinary user may run")
    assert _environment_of(program, user, "pass") == "word"
    assert _environment_of(program, user, "from fretsaw.check import harden; assert harden()") == "PermissionError"


def _environment_of(program: str, user: int, first: str) -> str:
    """What another process of the same user reads in `/proc/<pid>/environ`."""
    server = str(Path(__file__).parents[2] / "server")
    look = (
        "import sys\ntry:\n    found = open(f'/proc/{sys.argv[1]}/environ', 'rb').read()\n"
        "    print('word' if b'SECRET=1' in found else '')\n"
        "except OSError as error:\n    print(type(error).__name__)\n"
    )
    env = {"SECRET": "1", "PYTHONPATH": server, "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [program, "-c", f"{first}\nprint('ready', flush=True)\ninput()"]
    with subprocess.Popen(argv, user=user, env=env, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == b"ready\n"
        seen = subprocess.run(
            [program, "-c", look, str(one.pid)], user=user, env={}, cwd="/", capture_output=True, check=True
        )
        one.communicate(b"\n")
    return seen.stdout.decode().strip()


def test_where_namespaces_are_forbidden_the_second_tier_holds(tmp_path: Path) -> None:
    """As in a container: inside bubblewrap, with no more user namespaces."""
    program = bwrap.find()
    if program is None or "--disable-userns" not in bwrap.features(program):
        cannot("this needs bubblewrap 0.8")
    if landlock_version() < LEAST_VERSION:
        pytest.skip("this kernel has no Landlock, or an old one")
    script = (
        "import sys; from pathlib import Path; from fretsaw.check import *; from fretsaw.settings import Settings\n"
        "from fretsaw.cancel import Cancel\nroot = Path(sys.argv[1]); print(describe(Settings(), None, root))\n"
        "print(make_check(root, ('sh', '-c', 'pwd; cat a; echo x > b'), Settings(), Cancel())({'a': 'laid over'}))\n"
    )
    outer = [program, "--dev-bind", "/", "/", "--unshare-user", "--unshare-pid", "--disable-userns", "--proc", "/proc"]
    env = {"PYTHONPATH": str(Path(__file__).parents[2] / "server"), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    root = tmp_path / "root"
    root.mkdir()
    argv = [*outer, sys.executable, "-c", script, str(root)]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    tier, result = ran.stdout.splitlines() or ("", ran.stderr)
    assert tier.startswith("('landlock', 'bwrap: "), ran
    assert "state='green'" in result
    assert "laid over" in result
    assert list(root.iterdir()) == []

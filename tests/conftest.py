"""What all tests share: `--update` rewrites the expected files of case folders; a test that cannot run is no pass;
no test fails because the machine is slow."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.golden import Golden
from tests.known_sandboxes import note_sandboxes, recall_sandboxes

settings.register_profile("fretsaw", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fretsaw")

# The checks in tests say `python`, as most repositories do in an activated environment. Debian has `python3` only, and
# where pyenv stands in front of it every call costs a tenth of a second for its shim.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected files of case folders")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: run by `make test-slow` only")
    config.addinivalue_line(
        "markers", "also_slow: run by `make test` in part, and by `make test-slow` with more of its data"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` runs what is not slow and needs no program of others, `make test-slow` what is slow.

    What others wrote is installed and tried by a target of its own: `make test-servers` and the like.
    """
    marks = ("slow", "also_slow")
    wanted = (
        [item for item in items if any(map(item.get_closest_marker, marks))]
        if _is_slow_run()
        else [item for item in items if not item.get_closest_marker("slow")]
    )
    wanted = [item for item in wanted if _is_chosen(item)]
    chosen = set(map(id, wanted))
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in chosen])
    items[:] = wanted


_OF_OTHERS = {"servers": "FRETSAW_SERVERS", "agents": "FRETSAW_AGENTS", "tools": "FRETSAW_TEST_TOOLS"}
"""Folder of tests that need programs of others → the variable that their target sets to where these are."""


def _is_chosen(item: pytest.Item) -> bool:
    variable = _OF_OTHERS.get(item.path.parent.name)
    return variable is None or bool(os.environ.get(variable))


def _is_slow_run() -> bool:
    return bool(os.environ.get("FRETSAW_SLOW"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a file of a case folder, or writes it with `--update`."""
    return Golden(update=bool(request.config.getoption("--update")))


@pytest.fixture
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Gives a test folders of its own for Fretsaw's state and configuration, and git an author.

    A bare machine has no ~/.gitconfig.
    """
    monkeypatch.setenv("FRETSAW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("FRETSAW_CONFIG_DIR", str(tmp_path / "config"))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.invalid")
    recall_sandboxes(tmp_path / "state")
    yield
    note_sandboxes(tmp_path / "state")


_CANNOT_BE_HAD = "no registry in reach has it"
"""The end of a reason why a test cannot run that CI can do nothing about."""


def _not_run(config: pytest.Config) -> list[str]:
    """The tests that could not run here, with why, as the process that prints knows them."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [f"{report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}" for report in reports]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = _not_run(config)
    if missing:
        terminalreporter.section(f"{len(missing)} NOT RUN: nothing is shown by these", yellow=True, bold=True)
        for line in missing:
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, where everything has to be installed, what could not run has failed; what nobody can install is said."""
    missing = [line for line in _not_run(session.config) if not line.endswith(_CANNOT_BE_HAD)]
    if os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK and missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

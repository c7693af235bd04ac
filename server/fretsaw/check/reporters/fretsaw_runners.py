"""Watch unittest, doctest and pytest: wrappers around their own functions, put there when they are loaded."""

from __future__ import annotations

import sys
from typing import Any, Iterator  # noqa: UP035  3.8 knows no other way

from fretsaw_report import callables_of, report  # type: ignore[import-not-found]

_MOST_NAMED = 10

# -- unittest -----------------------------------------------------------------------------------------


class _Recorder:
    """A test's result object as the runner made it, with what it is told written down on the way."""

    def __init__(self, result: Any) -> None:
        self.__dict__["_real"] = result
        self.__dict__["_outcome"] = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._real)

    def _note(self, outcome: str) -> None:
        if self._outcome != "failed":
            self.__dict__["_outcome"] = outcome

    def addSuccess(self, test: Any) -> Any:  # noqa: N802
        self._note("passed")
        return self._real.addSuccess(test)

    def addFailure(self, *told: Any) -> Any:  # noqa: N802
        self._note("failed")
        return self._real.addFailure(*told)

    def addError(self, *told: Any) -> Any:  # noqa: N802
        self._note("failed")
        return self._real.addError(*told)

    def addSkip(self, *told: Any) -> Any:  # noqa: N802
        self._note("skipped")
        return self._real.addSkip(*told)

    def addExpectedFailure(self, *told: Any) -> Any:  # noqa: N802
        self._note("skipped")
        return self._real.addExpectedFailure(*told)

    def addUnexpectedSuccess(self, test: Any) -> Any:  # noqa: N802
        self._note("failed")
        return self._real.addUnexpectedSuccess(test)

    def addSubTest(self, test: Any, subtest: Any, error: Any) -> Any:  # noqa: N802
        self._note("failed" if error is not None else self._outcome or "passed")
        return self._real.addSubTest(test, subtest, error)


def _id_of(test: Any) -> str:
    """A test's id; that of a module that could not be loaded is its name."""
    return str(test.id()).replace("unittest.loader._FailedTest.", "").replace("unittest.loader.ModuleSkipped.", "")


def watch_unittest(unittest: Any) -> None:
    """Put a recorder between each test and its result, and a begin and an end around a whole run."""
    run_case, run_all = unittest.TestCase.run, unittest.TextTestRunner.run

    def run(self: Any, result: Any = None) -> Any:
        if report.active == "pytest" or report.depth or result is None:
            return run_case(self, result)
        if not report.active:
            _begin_unittest()
        recorder = _Recorder(result)
        report.depth += 1
        try:
            run_case(self, recorder)
        finally:
            report.depth -= 1
            if report.active == "unittest" and recorder._outcome:
                report.test(_id_of(self), recorder._outcome)
        return result

    def run_suite(self: Any, test: Any) -> Any:
        if report.active == "pytest" or report.depth:
            return run_all(self, test)
        _begin_unittest()
        result = run_all(self, _selected(test))
        for held, _ in [*result.errors, *result.failures]:
            if not isinstance(held, unittest.TestCase):
                report.test(_id_of(held), "failed")  # set-up of a class or module
        report.end()
        return result

    unittest.TestCase.run = run
    unittest.TextTestRunner.run = run_suite
    if "unittest" in getattr(sys, "orig_argv", ())[1:4]:
        _begin_unittest()


def _begin_unittest() -> None:
    if report.begin("unittest"):
        import atexit

        report.watch()
        atexit.register(report.end)


def _selected(suite: Any) -> Any:
    """The tests that were asked for, in the order that was asked for."""
    if report.only is None and not report.reverse:
        return suite
    try:
        parts = list(suite)
    except TypeError:
        wanted = report.only is None or _id_of(suite) in report.only or "_FailedTest" in type(suite).__name__
        return suite if wanted else None
    chosen = [part for part in map(_selected, parts) if part is not None]
    return type(suite)(reversed(chosen) if report.reverse else chosen)


# -- doctest ------------------------------------------------------------------------------------------


def watch_doctest(doctest: Any) -> None:
    """Report each example of a docstring; pytest reports those that it collects itself."""
    run_one = doctest.DocTestRunner.run

    def run(self: Any, test: Any, *rest: Any, **named: Any) -> Any:
        if report.active not in {"", "doctest"} or report.depth:
            return run_one(self, test, *rest, **named)
        if not report.active and report.begin("doctest"):
            import atexit

            report.watch()
            atexit.register(report.end)
        result = run_one(self, test, *rest, **named)
        failed = result.failed > 0
        for example in test.examples:
            skipped = example.options.get(doctest.SKIP)
            outcome = "skipped" if skipped else "failed" if failed else "passed"
            report.test(f"{test.name}: {example.source.strip()} -> {example.want.strip()}", outcome)
        return result

    doctest.DocTestRunner.run = run


# -- pytest -------------------------------------------------------------------------------------------


def watch_pytest(config_module: Any) -> None:
    """Register the plugin with every configuration that is made first in a process."""
    get_config = config_module.get_config
    mark = config_module.hookimpl
    for name, order in _ORDER.items():
        setattr(_Plugin, name, mark(**order)(getattr(_Plugin, name)))

    def get(*given: Any, **named: Any) -> Any:
        config = get_config(*given, **named)
        if report.begin("pytest"):
            config.pluginmanager.register(_Plugin(), "fretsaw-reporter")
        return config

    config_module.get_config = get


class _Plugin:
    """Hooks of pytest that hear what happens; none of them decides anything."""

    def __init__(self) -> None:
        self.turned: list[str] = []
        self.raised: dict[str, bool] = {}
        self.outcomes: dict[str, str] = {}

    def pytest_sessionstart(self) -> None:
        report.watch()

    def pytest_collection_modifyitems(self, config: Any, items: Any) -> None:
        if report.only is not None:
            left_out = [item for item in items if item.nodeid not in report.only]
            items[:] = [item for item in items if item.nodeid in report.only]
            if left_out:
                config.hook.pytest_deselected(items=left_out)
        if report.reverse:
            items.reverse()

    def pytest_deselected(self, items: Any) -> None:
        for item in items if report.only is None else ():
            report.test(item.nodeid, "deselected")

    def pytest_collectreport(self, report: Any) -> None:
        if (report.failed or report.skipped) and report.nodeid:
            _note(report.nodeid, "failed" if report.failed else "skipped")

    def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
        yield
        error = call.excinfo
        if error is not None and call.when == "call" and error.typename not in {"Skipped", "XFailed", "Exit"}:
            self.raised[item.nodeid] = True

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take one phase of a test; one that is run again, by a plugin that repeats, begins anew."""
        name, outcome = report.nodeid, report.outcome
        if report.when == "setup":
            self.outcomes.pop(name, None)
        if outcome == "failed":
            self.outcomes[name] = "failed"
        elif outcome == "skipped":
            self.outcomes.setdefault(name, "skipped")
        elif outcome == "passed" and report.when == "call":
            self.outcomes.setdefault(name, "passed")
            if self.raised.pop(name, False) and not hasattr(report, "wasxfail"):
                self.turned.append(name)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if nodeid in self.outcomes:
            _note(nodeid, self.outcomes.pop(nodeid))
            self.raised.pop(nodeid, None)

    def pytest_sessionfinish(self) -> Iterator[None]:
        yield
        report.end(turned=self.turned[:_MOST_NAMED])

    def pytest_unconfigure(self) -> None:
        report.end(turned=self.turned[:_MOST_NAMED])


def _note(name: str, outcome: str) -> None:
    """Report a test from where `report` is pytest's own."""
    report.test(name, outcome)


_ORDER: dict[str, dict[str, bool]] = {
    "pytest_sessionstart": {"tryfirst": True},
    "pytest_collection_modifyitems": {"trylast": True},
    "pytest_runtest_makereport": {"tryfirst": True, "hookwrapper": True},
    "pytest_sessionfinish": {"tryfirst": True, "hookwrapper": True},
}
"""The place of each hook among those of the same name."""


def watch_relied_on(module: Any) -> None:
    """Remember a module that is loaded only after a report has begun."""
    if report.active:
        report.add_known(callables_of(module.__name__))

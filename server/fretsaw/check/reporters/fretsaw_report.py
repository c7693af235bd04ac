"""One runner's report, written through a socket that only the runner's side holds, and what must not be changed.

Each report has a key that it was given for itself; what is written without a key is seen as a forgery. The functions of
the runner are remembered at the start and compared at the end, so that code that patches its own judge is named.
"""

from __future__ import annotations

import os
import stat
import sys
from time import perf_counter
from types import FunctionType
from typing import Any, Iterator  # noqa: UP035  3.8 knows no other way

CHANNEL = 240
"""The descriptor that the launcher gives the check."""
_MOST = 1 << 16
_MOST_NAMED = 10
_RUNNERS = {"_pytest", "pytest", "pluggy", "unittest", "doctest"}
RELIED_ON = (
    "builtins time random math os posix posixpath datetime operator difflib decimal fractions json re copy io pathlib "
    "codecs"
).split()
"""Modules whose functions a test relies on to be what they are."""


class Report:
    """One runner's report, from its begin to its end."""

    def __init__(self) -> None:
        self.active = ""
        """The runner that reports; one within another is that one's own business."""
        self.depth = 0
        self.only: set[str] | None = None
        self.reverse = False
        self.sent: dict[str, str] = {}
        self._key = ""
        self._odd: set[str] = set()
        """Oddities seen after a test: a class made within one may be gone at the end."""
        self._seconds = 0.3
        """Seconds left for looking after each test."""
        self._known: dict[str, tuple[Any, Any]] = {}

    def begin(self, runner: str) -> bool:
        """Ask for a key and announce the runner; False where there is nobody to report to, or one reports already."""
        if self.active or not is_socket():
            return False
        import json

        try:
            os.write(CHANNEL, b'{"do": "hello"}')
            answer = json.loads(os.read(CHANNEL, _MOST * 4))
            self._key = answer["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        self.active = runner
        self.only = set(answer["only"]) if answer.get("only") is not None else None
        self.reverse = bool(answer.get("reverse"))
        self.sent = {}
        self._known = {}
        self.send("begin", runner=runner)
        return True

    def watch(self) -> None:
        """Remember what the runner is made of, now that it is complete and no test has been loaded."""
        try:
            self._known = dict(_functions())
        except Exception:  # it must never break a run that it only watches
            self._known = {"the reporter could not look at the runner": (None, None)}

    def send(self, what: str, **values: Any) -> None:
        """Write one record."""
        import json

        try:
            os.write(CHANNEL, json.dumps({"key": self._key, "do": what, **values}).encode("utf-8", "replace"))
        except OSError:
            self._key = ""  # nobody listens, or it was closed: the end is missing then, which is noticed

    def test(self, name: str, outcome: str) -> None:
        """Report a test's outcome; a later one of the same test counts when it is worse."""
        name = name[:2000]
        worst = {"deselected": 0, "passed": 1, "skipped": 2, "failed": 3}
        if worst[outcome] >= worst.get(self.sent.get(name, ""), 0):
            self.sent[name] = outcome
            self.send("test", id=name, outcome=outcome)
        if self._seconds > 0:
            begun = perf_counter()
            self._odd.update(_equal_to_everything())
            self._seconds -= perf_counter() - begun

    def end(self, **values: Any) -> None:
        """Close the report, with what of the runner is not as it was at the begin."""
        if self.active:
            altered = [
                f"{name} was changed while the tests ran" for name, was in self._known.items() if _differs(name, *was)
            ]
            altered += [*self._odd.union(_equal_to_everything()), *_rebound(), *_put_in()]
            self.send("end", count=len(self.sent), altered=sorted(altered)[:_MOST_NAMED], **values)
            self.active = ""

    def add_known(self, functions: Iterator[tuple[str, tuple[Any, Any]]]) -> None:
        """Compare these too at the end."""
        self._known.update(functions)


report = Report()


def is_socket() -> bool:
    """Return True if the launcher gave this process a channel."""
    try:
        return stat.S_ISSOCK(os.fstat(CHANNEL).st_mode)
    except OSError:
        return False


# -- what code under test must leave alone ------------------------------------------------------------


def _functions() -> Iterator[tuple[str, tuple[Any, Any]]]:
    """`module:name.name` → (the object, its code) of every function of the runners, and of what tests rely on."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _RUNNERS and isinstance(module, type(sys)):
            yield from _functions_of(name, module)
    for name in RELIED_ON:
        if name in sys.modules:
            yield from callables_of(name)


def callables_of(name: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield everything callable of a loaded module, built-in functions included, and what its classes are made of."""
    for key, value in list(vars(sys.modules[name]).items()):
        if callable(value) and (not key.startswith("__") or key in {"__import__", "__build_class__"}):
            yield f"{name}:{key}", (value, _code(value))
    yield from _functions_of(name, sys.modules[name])


def _functions_of(name: str, module: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for key, value in list(vars(module).items()):
        if isinstance(value, type) and value.__module__ == name:
            for inner, one in list(vars(value).items()):
                if _code(one) is not None or (isinstance(one, type) and not inner.startswith("__")):
                    yield f"{name}:{key}.{inner}", (one, _code(one))
        elif isinstance(value, FunctionType) and value.__module__ == name:
            yield f"{name}:{key}", (value, value.__code__)
        if isinstance(value, type):  # an exception that is caught by its name, say
            yield f"{name}:{key}", (value, None)


def _put_in() -> Iterator[str]:
    """Functions of the project that a class of a runner, or of what tests rely on, has got since it was defined."""
    here = os.getcwd() + os.sep
    for name, module in list(sys.modules.items()):
        if not (name.partition(".")[0] in _RUNNERS or name in RELIED_ON) or not isinstance(module, type(sys)):
            continue
        where = getattr(module, "__file__", None) or ""
        if where.startswith(here) and "site-packages" not in where:
            continue  # a check of the runner itself
        for key, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == name:
                for inner, one in list(vars(value).items()):
                    code = _code(one)
                    file = code.co_filename if code is not None else ""
                    if file.startswith(here) and "site-packages" not in file:
                        yield f"{name}:{key}.{inner} was changed while the tests ran"


def _code(value: Any) -> Any:
    """The code of a function, also of one that is wrapped as a method of its class or a property; no other attribute
    is asked for, since some objects make up what they are asked for."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    return value.__code__ if isinstance(value, FunctionType) else None


def _differs(name: str, value: Any, code: Any) -> bool:
    """Tell whether a name is bound to something else than it was, or to the same with other code."""
    module, _, path = name.partition(":")
    here: Any = sys.modules.get(module)
    for part in path.split("."):
        here = vars(here).get(part) if here is not None else None
    return here is not value or (code is not None and _code(here) is not code)


def _rebound() -> Iterator[str]:
    """Functions that a module of the project defines and that are bound to code of another one by now."""
    here = os.getcwd() + os.sep
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) if isinstance(module, type(sys)) else None
        if not isinstance(file, str) or not file.startswith(here) or "site-packages" in file:
            continue
        foreign = [(name, code) for name, code in _codes_of(module) if _is_other(name, code, here, file)]
        if not foreign:
            continue
        try:
            with open(file, encoding="utf-8", errors="replace") as handle:
                text = handle.read()
        except OSError:
            continue
        for name, code in foreign:
            if f"def {name.rpartition('.')[2]}(" in text:
                yield f"{file[len(here) :]}: {name} is {code.co_name} of {code.co_filename[len(here) :]} by now"


def _codes_of(module: Any) -> Iterator[tuple[str, Any]]:
    for key, value in list(vars(module).items()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from ((f"{key}.{name}", _code(one)) for name, one in list(vars(value).items()) if _code(one))
        elif isinstance(value, FunctionType):
            yield key, value.__code__


def _is_other(name: str, code: Any, here: str, file: str) -> bool:
    """Tell whether code is that of another function of the project."""
    if not code.co_filename.startswith(here) or "site-packages" in code.co_filename:
        return False
    return bool(code.co_filename != file or code.co_name != name.rpartition(".")[2])


class _Stranger:
    """Equal to nothing by itself, and of no type that code could know."""


def _equal_to_everything() -> Iterator[str]:
    """Classes of the project whose objects say that they equal anything."""
    seen: set[Any] = set()
    waiting: list[Any] = [object]
    here = os.getcwd() + os.sep
    while waiting:
        below: Any = type.__subclasses__(waiting.pop())
        for found in below:
            if found in seen:
                continue
            seen.add(found)
            waiting.append(found)
            equal = found.__dict__.get("__eq__")
            if equal is None or not (callable(equal) or hasattr(equal, "__get__")):
                continue
            file = _defined_in(found, equal)
            inside = file.startswith(here) if file else False
            if inside and "site-packages" not in file and _says_yes(found, equal):
                yield f"{file[len(here) :]}: {found.__name__} equals everything"


def _defined_in(found: type, equal: Any) -> str:
    """The file of a comparison; that of its class where it is no function."""
    file = getattr(getattr(equal, "__code__", None), "co_filename", "")
    if not file and not hasattr(equal, "__objclass__"):
        file = getattr(sys.modules.get(found.__module__), "__file__", None) or ""
    return os.path.abspath(file) if file else ""


_STRANGERS: dict[type, tuple[Any, Any]] = {
    int: (7919, -104729),
    float: (7919.5, -104729.25),
    str: ("7919", "a stranger"),
    bytes: (b"7919", b"a stranger"),
    tuple: ((7919,), (0, "a stranger")),
    list: ([7919], [0, "a stranger"]),
    dict: ({7919: 0}, {"a": "stranger"}),
    set: ({7919}, {"a stranger"}),
}
"""Two values of a type that differ: nothing equals both."""


def _says_yes(found: type, equal: Any) -> bool:
    """Tell whether an object of a class says that it equals what it cannot know, or two values that differ."""
    for base in (object, int, str, float, tuple, list, dict, set, bytes):
        try:
            one: Any = base.__new__(found)
            compare = equal.__get__(one, found) if hasattr(equal, "__get__") else equal
            if compare(_Stranger()) is True:
                return True
            pairs = [_STRANGERS[base]] if base in _STRANGERS else list(_STRANGERS.values())
            return any(compare(first) is True and compare(second) is True for first, second in pairs)
        except TypeError:
            continue
        except BaseException:
            return False
    return False

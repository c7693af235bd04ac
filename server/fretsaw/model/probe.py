"""Finds what a model at an endpoint may be sent, by one tiny call for each capability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from fretsaw.cancel import Cancel
from fretsaw.core.chat import File, Message, Question, Request
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.core.tools import TOOLS
from fretsaw.errors import BudgetError, Cancelled, FretsawError
from fretsaw.model.budget import Budget
from fretsaw.model.capabilities import Capabilities
from fretsaw.model.live import connect
from fretsaw.model.pdf import pdf_data_uri
from fretsaw.model.row import Api, Row
from fretsaw.settings import Settings

State = Literal["taken", "refused"]

_OUTPUT = 64
"""Tokens of output of one call: less is refused by some, and a model that reasons needs a few."""
_SYSTEM = "Answer with the word ok."


@dataclass(frozen=True, slots=True)
class Probe:
    """One capability to try: what the row and the request have beside the common base."""

    column: str
    can: dict[str, Any]
    """Fields of `Capabilities`."""
    request: Callable[[Request], Request] = lambda request: request
    only: Api | None = None
    """The API that alone has it; None: both."""


_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
"""A PDF with one empty page."""


def _with_tool(request: Request) -> Request:
    return replace(request, tools=TOOLS[:1])


def _with_question(request: Request) -> Request:
    return replace(request, questions=(Question("now", "It is now."),))


def _with_file(request: Request) -> Request:
    *before, last = request.messages
    file = File("page.pdf", pdf_data_uri(_PAGE), 1)
    return replace(request, messages=(*before, replace(last, files=(file,))))


PROBES: tuple[Probe, ...] = (
    Probe("effort", {"effort": "low"}),
    Probe("verbosity", {"verbosity": "low"}),
    Probe("keep-reasoning", {"keep_reasoning": True}, only="responses"),
    Probe("strict-tools", {"strict_tools": True}, _with_tool),
    Probe("parallel-tools", {"parallel_tools": False}, _with_tool),
    Probe(
        "apply-patch-tool",
        {"apply_patch_tool": True},
        lambda request: replace(request, offers_patch_tool=True),
        only="responses",
    ),
    Probe("grammar-tool", {"grammar_tool": True}, lambda request: replace(request, patch_grammar=PATCH_GRAMMAR)),
    Probe("predictions", {"predictions": True}, lambda request: replace(request, prediction="ok"), only="chat"),
    Probe("decisions", {"decisions": True}, _with_question),
    Probe("files", {"files": True}, _with_file),
    Probe("tier", {"tier": "default"}),
    Probe("mode", {"mode": "standard"}, only="responses"),
    Probe("cache-ttl", {"cache_ttl": "30m"}),
    Probe("prewarm", {"prewarm": True}, lambda request: replace(request, prewarm=True), only="responses"),
    Probe("cache", {"cache": "key"}, lambda request: replace(request, cache_key="fretsaw-doctor")),
    Probe("breakpoints", {"cache": "breakpoints"}, lambda request: replace(request, cache_key="fretsaw-doctor")),
)
"""Capabilities to try, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of one call."""

    column: str
    state: State
    why: str = ""


@dataclass(slots=True)
class Measured:
    """Columns of a row that were found so far."""

    api: Api = "chat"
    can: Capabilities = Capabilities()  # noqa: RUF009 - frozen


class Prober:
    """Makes the calls and keeps what they show. Raises what a plain call raises: then nothing can be found out."""

    # A call that fails may also have met a busy server: it counts as refused where a plain call behind it works.

    def __init__(self, settings: Settings, row: Row, budget: Budget, cancel: Cancel) -> None:
        self._settings = replace(settings, api="auto")
        self._row, self._budget, self._cancel = row, budget, cancel
        self._left_out: dict[Api, set[str]] = {"chat": set(), "responses": set()}
        self.measured = Measured()

    def tries(self) -> Iterator[Tried]:
        """Try everything, one call each; `measured` is whole afterwards."""
        left_out = self._left_out["chat"] = self._call("chat", Capabilities(), _base_request())
        can = Capabilities(temperature="temperature" not in left_out, completion_limit="max_tokens" in left_out)
        self.measured.can = can
        yield Tried("temperature", "taken" if can.temperature else "refused")
        if can.completion_limit:
            yield Tried("completion-limit", "taken", "max_tokens is not")
        responses = self._try_responses(can)
        yield Tried("responses", *responses)
        wanted = self._row.api
        self.measured.api = wanted if wanted == "chat" or responses[0] == "taken" else "chat"
        for probe in PROBES:
            if probe.only == "responses" and responses[0] == "refused":
                yield Tried(probe.column, "refused", "there is no Responses API")
                continue
            api = probe.only or self.measured.api
            state, why = self._try(api, replace(can, **probe.can), probe.request(_base_request()))
            if state == "taken":
                self.measured.can = self._with(probe)
            yield Tried(probe.column, state, why)
        counts = responses[0] == "taken" and self._counts_input()
        self.measured.can = replace(self.measured.can, input_count=counts)
        yield Tried("input-count", "taken" if counts else "refused")

    def _with(self, probe: Probe) -> Capabilities:
        """Add this to what was found: with the value that the model's own row has for it, where it has one."""
        values = {name: getattr(self._row.can, name) or value for name, value in probe.can.items()}
        if probe.column == "parallel-tools":
            values = {"parallel_tools": self._row.can.parallel_tools}
        elif probe.column in {"tier", "mode", "cache-ttl"}:
            # Taken is not wanted: what the row does not ask for is not sent.
            values = {name: getattr(self._row.can, name) for name in probe.can}
        elif probe.column in {"cache", "breakpoints"}:
            values = probe.can
        return replace(self.measured.can, **values)

    def _try_responses(self, can: Capabilities) -> tuple[State, str]:
        """True if there is a Responses API at all, whatever it wants to be left out of a plain call."""
        try:
            self._left_out["responses"] = self._call("responses", can, _base_request())
        except (Cancelled, BudgetError):
            raise
        except FretsawError as error:
            return "refused", error.message
        return "taken", ""

    def _try(self, api: Api, can: Capabilities, request: Request) -> tuple[State, str]:
        """True if a call with this capability is taken as it is."""
        try:
            left_out = self._call(api, can, request)
        except (Cancelled, BudgetError):
            raise
        except FretsawError as error:
            self._call(api, self.measured.can, _base_request())
            return "refused", error.message
        left_out -= self._left_out[api]
        return ("refused", f"{', '.join(sorted(left_out))} is not taken") if left_out else ("taken", "")

    def _counts_input(self) -> bool:
        row = replace(self._row, can=replace(self.measured.can, input_count=True), api="responses")
        live = connect(self._settings, row, self._cancel, budget=self._budget, left_out=self._left_out["responses"])
        try:
            return live.count_input(_base_request()) is not None
        finally:
            live.close()

    def _call(self, api: Api, can: Capabilities, request: Request) -> set[str]:
        row = replace(self._row, can=can, api=api)
        settings = replace(self._settings, api=api)
        live = connect(settings, row, self._cancel, budget=self._budget, left_out=self._left_out[api])
        try:
            live(request, lambda piece: None)
        finally:
            live.close()
        return live.left_out


def _base_request() -> Request:
    messages = (Message("system", _SYSTEM, cache_ends=(len(_SYSTEM),)), Message("user", "Now."))
    return Request(messages, max_output_tokens=_OUTPUT)

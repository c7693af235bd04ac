"""One model as a value, read from its row of `models.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias, cast

from fretsaw.core.chat import Tool
from fretsaw.core.prompt.edit_forms import FORMS, EditForm
from fretsaw.core.text.tokens import ImageRule
from fretsaw.endpoint_presets import Preset
from fretsaw.model.capabilities import CAPABILITY_COLUMNS, Capabilities, read_capabilities, restrict, strict_schema
from fretsaw.model.prices import STANDARD_TIERS, Prices, TokenCounts, read_prices
from fretsaw.settings import Settings

Api: TypeAlias = Literal["chat", "responses"]


@dataclass(frozen=True, slots=True)
class Row:
    """One model. Prices are dollars per million tokens, limits are tokens."""

    id: str
    prices: Prices
    context: int
    output: int
    image: ImageRule
    api: Api
    edit_form: EditForm
    input: int | None = None
    """Tokens of input at most, where that is less than the whole context."""
    usual_output: int = 8192
    """Tokens of output that are asked for unless a request says more: OpenAI counts them against the account's
    tokens a minute, and they are reserved in dollars."""
    tokenizer: Literal["o200k"] | None = None
    """The model's tokenizer; None: not known here."""
    can: Capabilities = field(default_factory=Capabilities)
    """The fields that may be sent to it."""
    endpoint: str = ""
    """The base URL at which alone the row holds; empty: at any."""
    also: tuple[str, ...] = ()
    retires_on: date | None = None
    """The first day on which OpenAI's own endpoint no longer serves it."""
    successor: str | None = None
    source: str = ""
    as_of: date | None = None
    is_priced: bool = True
    """True if the row tells prices; without them dollars cannot be counted."""
    tiers: Mapping[str, Prices] = field(default_factory=dict)
    """Prices at other service tiers, by the name that an answer tells."""
    decision_prices: Prices = field(default_factory=Prices)
    """Prices of its Decisions API."""
    plain: bool = False
    """Nothing is sent but what every compatible server understands, whatever the other columns say."""

    @property
    def window(self) -> str:
        """The limits on input and output in words."""
        if self.input is None:
            return f"{self.context:,} in and out together, {self.output:,} out"
        return f"{self.input:,} in, {self.output:,} out"

    def parameters_of(self, tool: Tool) -> dict[str, Any]:
        """The JSON schema of a tool's arguments, as this model gets it."""
        return strict_schema(tool.parameters) if self.can.strict_tools else dict(tool.parameters)

    def api_for(self, settings: Settings) -> Api:
        """The API to speak: the setting's, or this model's where that says auto."""
        return self.api if settings.api == "auto" else settings.api

    def form_for(self, settings: Settings) -> EditForm:
        """The edit form to ask for: the setting's, or this model's where that says auto.

        A form that comes by a tool that there is not (Chat has no `apply_patch` of its own) is v4a, the same as text.
        """
        form = self.edit_form if settings.edit_form == "auto" else settings.edit_form
        has_tool = {
            "apply-patch-tool": self.can.apply_patch_tool and self.api_for(settings) == "responses",
            "grammar-tool": self.can.grammar_tool,
        }
        return form if has_tool.get(form, True) else "v4a"

    def at(self, preset: Preset | None) -> Row:
        """The row as it holds at an endpoint that is known: with what that can be sent, and an API that it has."""
        if preset is None or preset.takes is None or self.endpoint:
            return self
        return replace(self, can=restrict(self.can, preset.takes), api=self.api if preset.has_responses else "chat")

    def cost(self, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
        """Dollars of a call that writes nothing to the cache; `cached_tokens` are part of `input_tokens`."""
        return self.prices.cost(TokenCounts(input_tokens, cached_tokens, output_tokens))

    def at_tier(self, tier: str) -> Row | None:
        """The row with the prices of the service tier that an answer names; None where it has none for that."""
        if tier in STANDARD_TIERS:
            return self
        return replace(self, prices=self.tiers[tier]) if tier in self.tiers else None

    def retired(self, today: date) -> bool:
        """Return True if OpenAI has shut it down."""
        return self.retires_on is not None and today >= self.retires_on


_COLUMNS = frozenset(
    {
        "id",
        "endpoint",
        "for",
        "also",
        "price",
        "tiers",
        "decisions-price",
        "context",
        "input",
        "output",
        "usual-output",
        "tokenizer",
        "image",
        "api",
        "edit-form",
    }
    | {"retires-on", "successor", "source", "as-of"}
)
"""The other columns of a row."""


def read_row(item: Mapping[str, Any]) -> Row:
    """One table of the file; KeyError or ValueError when something is missing, unknown or of the wrong kind."""
    unknown = sorted(item.keys() - _COLUMNS - CAPABILITY_COLUMNS)
    if unknown:
        raise ValueError(f"{item['id']}: there is no column {unknown[0]!r}")
    api, form = item.get("api", "chat"), item.get("edit-form", "search-replace")
    if api not in {"chat", "responses"} or form not in FORMS:
        raise ValueError(f"{item['id']}: api must be chat or responses, edit-form one of {', '.join(FORMS)}")
    return Row(
        id=str(item["id"]),
        prices=read_prices(item.get("price", {})),
        context=int(item["context"]),
        output=int(item["output"]),
        input=int(item["input"]) if "input" in item else None,
        image=_image_rule(item.get("image", {"rule": "tiles"})),
        api=cast("Any", api),
        edit_form=cast("Any", form),
        usual_output=min(int(item["output"]), int(item.get("usual-output", 8192))),
        tokenizer="o200k" if item.get("tokenizer") == "o200k" else None,
        can=read_capabilities(item),
        endpoint=str(item.get("endpoint", "")).rstrip("/"),
        also=tuple(item.get("also", ())),
        retires_on=item.get("retires-on"),
        successor=item.get("successor"),
        source=str(item.get("source", "")),
        as_of=item.get("as-of"),
        is_priced="price" in item,
        tiers={str(tier): read_prices(price) for tier, price in item.get("tiers", {}).items()},
        decision_prices=read_prices(item.get("decisions-price", item.get("price", {}))),
        plain=item.get("plain", False),
    )


def _image_rule(item: Mapping[str, Any]) -> ImageRule:
    if item["rule"] not in {"tiles", "patches"}:
        raise ValueError(f"image rule: {item['rule']!r} is not tiles or patches")
    return ImageRule(
        kind=item["rule"],
        base=int(item.get("base", 85)),
        tile=int(item.get("tile", 170)),
        factor=float(item.get("factor", 1.0)),
    )

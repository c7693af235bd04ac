"""One model as a value, read from its row of `models.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias, cast

from fretsaw.config_messages import short
from fretsaw.core.chat import Tool
from fretsaw.core.prompt.edit_forms import FORMS, EditForm
from fretsaw.core.text.tokens import ImageRule
from fretsaw.endpoint_presets import Preset
from fretsaw.model.capabilities import CAPABILITY_COLUMNS, Capabilities, read_capabilities, restrict, strict_schema
from fretsaw.model.column_values import (
    ColumnError,
    read_choice,
    read_day,
    read_flag,
    read_name,
    read_number,
    read_table,
    read_text,
    read_texts,
    read_tokens,
    refuse_unknown,
)
from fretsaw.model.prices import STANDARD_TIERS, Prices, TokenCounts, read_prices
from fretsaw.settings import Settings

Api: TypeAlias = Literal["chat", "responses"]
_USUAL_OUTPUT = 8192


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
    usual_output: int = _USUAL_OUTPUT
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


ROW_COLUMNS = CAPABILITY_COLUMNS | {
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
    "retires-on",
    "successor",
    "source",
    "as-of",
}
"""The columns of a row."""
_IMAGE_COLUMNS = ("rule", "base", "tile", "factor")
_MOST_PER_TILE = 100_000


def read_row(item: Mapping[str, Any]) -> Row:
    """One table of the file; ColumnError when something is missing, unknown or of the wrong kind."""
    refuse_unknown(item, ROW_COLUMNS)
    context, output = read_tokens(item, "context"), read_tokens(item, "output")
    if context is None or output is None:
        raise ColumnError("context" if context is None else "output", "is missing")
    price = item.get("price", {})
    tiers = read_table(item.get("tiers", {}), "tiers")
    return Row(
        id=read_name(item, "id"),
        prices=read_prices(price, "price"),
        context=context,
        output=_within(output, context, "output"),
        input=_within(read_tokens(item, "input"), context, "input"),
        image=_image_rule(item.get("image", {"rule": "tiles"})),
        api=cast("Any", read_choice(item, "api", ("chat", "responses")) or "chat"),
        edit_form=cast("Any", read_choice(item, "edit-form", tuple(FORMS)) or "search-replace"),
        usual_output=min(output, read_tokens(item, "usual-output") or _USUAL_OUTPUT),
        tokenizer=cast("Any", read_choice(item, "tokenizer", ("o200k",))),
        can=read_capabilities(item),
        endpoint=_endpoint(item),
        also=read_texts(item.get("also", []), "also"),
        retires_on=read_day(item, "retires-on"),
        successor=read_text(item, "successor") or None,
        source=read_text(item, "source"),
        as_of=read_day(item, "as-of"),
        is_priced="price" in item,
        tiers={tier: read_prices(prices, "tiers") for tier, prices in tiers.items()},
        decision_prices=read_prices(item.get("decisions-price", price), "decisions-price"),
        plain=read_flag(item, "plain", default=False),
    )


def _within(tokens: Any, context: int, column: str) -> Any:
    """A limit that is part of the whole window."""
    if tokens is not None and tokens > context:
        raise ColumnError(column, f"{tokens:,} tokens are more than the context of {context:,}")
    return tokens


def _endpoint(item: Mapping[str, Any]) -> str:
    url = read_text(item, "endpoint").rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise ColumnError("endpoint", f"{short(url)} is not a base URL, as http://localhost:8080/v1 is one")
    return url


def _image_rule(table: object) -> ImageRule:
    item = read_table(table, "image", _IMAGE_COLUMNS)
    try:
        return ImageRule(
            kind=cast("Any", read_choice(item, "rule", ("tiles", "patches", "none")) or "tiles"),
            base=int(read_number(item, "base", 85, _MOST_PER_TILE)),
            tile=int(read_number(item, "tile", 170, _MOST_PER_TILE)),
            factor=read_number(item, "factor", 1.0, _MOST_PER_TILE),
        )
    except ColumnError as error:
        raise ColumnError("image", str(error)) from None

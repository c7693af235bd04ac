"""The models there are, as data: prices, limits, roles, retirement. Knows no endpoint and sends nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, cast

from fretsaw.core.chat import Tool
from fretsaw.core.text.tokens import ImageRule
from fretsaw.errors import ConfigError
from fretsaw.model.capabilities import CAPABILITY_COLUMNS, Capabilities, read_capabilities, strict_schema
from fretsaw.model.prices import STANDARD_TIERS, Prices, TokenCounts, read_prices
from fretsaw.settings import Settings

GENERIC = "*"
"""The id of the row that stands for every model without one."""

SOON = timedelta(days=90)
"""How long before its end a model's retirement is told."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model. Prices are dollars per million tokens, limits are tokens."""

    id: str
    prices: Prices
    context: int
    output: int
    image: ImageRule
    api: Literal["chat", "responses"]
    edit_form: Literal["v4a", "udiff", "search-replace"]
    usual_output: int = 8192
    """Tokens of output that are asked for unless a request says more: OpenAI counts them against the account's
    tokens a minute, and they are reserved in dollars."""
    tokenizer: Literal["o200k"] | None = None
    """How it counts text; None: not known here."""
    can: Capabilities = field(default_factory=Capabilities)
    """What may be sent to it."""
    also: tuple[str, ...] = ()
    retires_on: date | None = None
    """The first day on which OpenAI's own endpoint no longer serves it."""
    successor: str | None = None
    source: str = ""
    as_of: date | None = None
    is_priced: bool = True
    """Whether the row tells prices; without them dollars cannot be counted."""
    tiers: Mapping[str, Prices] = field(default_factory=dict)
    """Prices at other service tiers, by the name that an answer tells."""
    plain: bool = False
    """Nothing is sent but what every compatible server understands, whatever the other columns say."""

    def parameters_of(self, tool: Tool) -> dict[str, Any]:
        """The JSON schema of a tool's arguments, as this model gets it."""
        return strict_schema(tool.parameters) if self.can.strict_tools else dict(tool.parameters)

    def form_for(self, settings: Settings) -> Literal["v4a", "udiff", "search-replace"]:
        """The edit form to ask for: the setting's, or this model's where that says auto."""
        return self.edit_form if settings.edit_form == "auto" else settings.edit_form

    def cost(self, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
        """Dollars of a call that writes nothing to the cache; `cached_tokens` are part of `input_tokens`."""
        return self.prices.cost(TokenCounts(input_tokens, cached_tokens, output_tokens))

    def at_tier(self, tier: str) -> Row | None:
        """The row with the prices of the service tier that an answer names; None where it has none for that."""
        if tier in STANDARD_TIERS:
            return self
        return replace(self, prices=self.tiers[tier]) if tier in self.tiers else None

    def retired(self, today: date) -> bool:
        """Whether OpenAI has shut it down."""
        return self.retires_on is not None and today >= self.retires_on


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was chosen, and what the user should know about it."""

    row: Row
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """Every known model, in the order of the data, and the roles."""

    rows: tuple[Row, ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def row(self, model: str) -> Row:
        """The row that answers to this id. ConfigError when there is none."""
        found = self.find(model)
        if found is None:
            import difflib

            known = [row.id for row in self.rows if row.id != GENERIC]
            near = difflib.get_close_matches(model, known, n=1)
            hint = f"did you mean {near[0]}? " if near else f"known are {', '.join(known)}; "
            raise ConfigError(
                f"there is no model {model!r} in the list of models",
                hint=hint + "a model of your own goes into models.toml, another endpoint into --base-url",
            )
        return found

    def find(self, model: str) -> Row | None:
        """The row that answers to this id, under the id that was asked for; None when there is none."""
        for row in self.rows:
            if row.id != GENERIC and (row.id == model or any(fnmatchcase(model, glob) for glob in row.also)):
                return replace(row, id=model)
        return None

    def generic(self, model: str) -> Row:
        """The row for a model of another endpoint of which nothing is known."""
        for row in self.rows:
            if row.id == GENERIC:
                return replace(row, id=model)
        raise ConfigError("the list of models has no row for models of other endpoints", hint='add one with id = "*"')

    def for_role(self, role: str, today: date) -> ModelChoice:
        """The first model of the role's list that is still served, and why it is not the first of all."""
        skipped: list[str] = []
        for model in self.roles.get(role, ()):
            row = self.row(model)
            if not row.retired(today):
                notices = tuple(f"{gone}; {row.id} has the role {role}" for gone in skipped)
                return ModelChoice(row, notices + _ends_soon(row, today) + _without_price(row))
            skipped.append(f"{row.id} was shut down on {row.retires_on}")
        why = "; ".join(skipped) or "the list of models gives it to none"
        raise ConfigError(f"no model has the role {role}: {why}", hint="name one with --model, or update Fretsaw")

    def choose(self, settings: Settings, today: date) -> ModelChoice:
        """The model that the settings ask for.

        Dates of retirement are OpenAI's own: with another base URL they are told and not enforced.
        """
        own = settings.base_url is None and not settings.azure
        if settings.model is None:
            return self.for_role(settings.role, today)
        if not own:
            row = self.find(settings.model) or self.generic(settings.model)
            return ModelChoice(row, _without_price(row))
        row = self.row(settings.model)
        if row.retired(today):
            instead = f"use --model {row.successor}, its successor" if row.successor else "choose another with --model"
            raise ConfigError(f"{row.id} was shut down by OpenAI on {row.retires_on}", hint=instead)
        return ModelChoice(row, _ends_soon(row, today) + _without_price(row))


def load_registry(user_file: Path | None = None) -> Registry:
    """The shipped list, with the rows and roles of the user's own file over it. ConfigError names what is wrong."""
    shipped = _read(Path(__file__).with_name("models.toml"))
    if user_file is None or not user_file.is_file():
        return shipped
    own = _read(user_file)
    names = {row.id for row in own.rows}
    rows = own.rows + tuple(row for row in shipped.rows if row.id not in names)
    return Registry(rows, {**shipped.roles, **own.roles})


def _without_price(row: Row) -> tuple[str, ...]:
    if row.is_priced:
        return ()
    return (f"the price of {row.id} is not known: dollars are not counted and --max-usd does not hold",)


def _ends_soon(row: Row, today: date) -> tuple[str, ...]:
    if row.retires_on is None or row.retires_on - today > SOON:
        return ()
    days = (row.retires_on - today).days
    after = f"; its successor is {row.successor}" if row.successor else ""
    return (f"{row.id} is shut down on {row.retires_on}, in {days} days{after}",)


def _read(path: Path) -> Registry:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = tuple(_row(item) for item in data.get("model", ()))
        roles = {str(role): tuple(map(str, ids)) for role, ids in data.get("roles", {}).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise ConfigError(
            f"{path}: a model's row cannot be used: {wrong}", hint="see the shipped models.toml"
        ) from error
    return Registry(rows, roles)


_COLUMNS = frozenset(
    {
        "id",
        "for",
        "also",
        "price",
        "tiers",
        "context",
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


def _row(item: Mapping[str, Any]) -> Row:
    """One table of the file; KeyError or ValueError when something is missing, unknown or of the wrong kind."""
    unknown = sorted(item.keys() - _COLUMNS - CAPABILITY_COLUMNS)
    if unknown:
        raise ValueError(f"{item['id']}: there is no column {unknown[0]!r}")
    api, form = item.get("api", "chat"), item.get("edit-form", "search-replace")
    if api not in {"chat", "responses"} or form not in {"v4a", "udiff", "search-replace"}:
        raise ValueError(f"{item['id']}: api is chat or responses, edit-form is v4a, udiff or search-replace")
    return Row(
        id=str(item["id"]),
        prices=read_prices(item.get("price", {})),
        context=int(item["context"]),
        output=int(item["output"]),
        image=_image_rule(item.get("image", {"rule": "tiles"})),
        api=cast("Any", api),
        edit_form=cast("Any", form),
        usual_output=min(int(item["output"]), int(item.get("usual-output", 8192))),
        tokenizer="o200k" if item.get("tokenizer") == "o200k" else None,
        can=read_capabilities(item),
        also=tuple(item.get("also", ())),
        retires_on=item.get("retires-on"),
        successor=item.get("successor"),
        source=str(item.get("source", "")),
        as_of=item.get("as-of"),
        is_priced="price" in item,
        tiers={str(tier): read_prices(price) for tier, price in item.get("tiers", {}).items()},
        plain=item.get("plain", False),
    )


def _image_rule(item: Mapping[str, Any]) -> ImageRule:
    if item["rule"] not in {"tiles", "patches"}:
        raise ValueError(f"image rule is tiles or patches, not {item['rule']!r}")
    return ImageRule(
        kind=item["rule"],
        base=int(item.get("base", 85)),
        tile=int(item.get("tile", 170)),
        factor=float(item.get("factor", 1.0)),
    )

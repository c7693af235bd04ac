"""The price of tokens: dollars per million, by the columns of a model's row."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.model.column_values import ColumnError, read_number, read_table

STANDARD_TIERS = frozenset({"", "auto", "default", "standard"})
"""Service tiers in an answer for which the row's own prices hold. `auto` is what was asked for, so it tells nothing."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of one call, as the endpoint counted them."""

    input: int
    """All of them, those read from and written to the cache included."""
    cached: int
    """Read from the cache."""
    output: int
    """Reasoning and rejected predictions included."""
    cache_write: int = 0
    reasoning: int = 0
    """Of the output: what it thought."""
    rejected: int = 0
    """Of the output: tokens of a prediction that it did not use."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars per million tokens at one service tier."""

    input: float = 0.0
    cached: float = 0.0
    """Read from the cache."""
    output: float = 0.0
    cache_write: float = 0.0
    reasoning: float = 0.0
    rejected: float = 0.0
    """Of a prediction, what was not used."""

    @property
    def dearest_output(self) -> float:
        """The most that a token of output can cost, whatever it is."""
        return max(self.output, self.reasoning, self.rejected)

    def cost(self, tokens: TokenCounts) -> float:
        """Dollars of a call."""
        fresh = max(0, tokens.input - tokens.cached - tokens.cache_write)
        reading = fresh * self.input + tokens.cached * self.cached + tokens.cache_write * self.cache_write
        said = max(0, tokens.output - tokens.reasoning - tokens.rejected)
        writing = said * self.output + tokens.reasoning * self.reasoning + tokens.rejected * self.rejected
        return (reading + writing) / 1e6

    def most(self, input_tokens: int, output_tokens: int) -> float:
        """Dollars that a call can cost at most, whatever of it is written to the cache."""
        dearest = max(self.input, self.cached, self.cache_write)
        return (input_tokens * dearest + output_tokens * self.dearest_output) / 1e6


PRICE_COLUMNS = ("input", "cached", "cache-write", "output", "reasoning", "rejected")
"""The columns of a price table."""


def read_prices(table: object, column: str) -> Prices:
    """A table of prices; ColumnError where it is none. What is not listed for the cache costs what other input costs,
    for reasoning and rejected predictions what other output does."""
    item = read_table(table, column, PRICE_COLUMNS)
    try:
        fresh, said = read_number(item, "input", 0.0), read_number(item, "output", 0.0)
        return Prices(
            input=fresh,
            cached=read_number(item, "cached", fresh),
            output=said,
            cache_write=read_number(item, "cache-write", fresh),
            reasoning=read_number(item, "reasoning", said),
            rejected=read_number(item, "rejected", said),
        )
    except ColumnError as error:
        raise ColumnError(column, str(error)) from None

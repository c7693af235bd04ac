"""Dollars that may be spent: reserved before each call, settled after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fretsaw.errors import BudgetError
from fretsaw.model.row import Row

Ledger: TypeAlias = Callable[[float], float]
"""Adds dollars (negative: gives back) to the day's total of all runs and returns the new total."""

LEAST_OUTPUT = 1024
"""Tokens of output below which a call is not worth making."""


@dataclass(slots=True)
class Reservation:
    """Dollars held back for one call."""

    dollars: float
    max_output: int
    """Tokens of output that they pay for."""


class Budget:
    """Limit the dollars of one run and of all runs of a day. The sum of what is spent and reserved never exceeds it.

    `day` is the ledger of the day, None for none. A call whose end is not known counts with all that was reserved
    for it, since the endpoint may bill it.
    """

    def __init__(self, max_usd: float, *, max_usd_day: float = float("inf"), day: Ledger | None = None) -> None:
        self.max_usd = max_usd
        self.max_usd_day = max_usd_day
        self._day = day
        self._lock = threading.Lock()
        self._spent = 0.0
        self._held = 0.0

    @property
    def spent(self) -> float:
        """Dollars spent by this run."""
        return self._spent

    @property
    def left(self) -> float:
        """Dollars that this run may still reserve."""
        return max(0.0, self.max_usd - self._spent - self._held)

    def reserve(self, row: Row, input_tokens: int, max_output: int) -> Reservation:
        """Hold back the worst that a call can cost; with less output where that is all that can be paid.

        BudgetError when not even a short answer can be paid.
        """
        least = min(LEAST_OUTPUT, max_output)
        with self._lock:
            allowed = self._affordable(row, input_tokens, max_output, self.left)
            if allowed < least:
                need = row.prices.most(input_tokens, least)
                raise BudgetError(
                    f"${self._spent:.4f} of ${self.max_usd:g} is spent; the next call may cost ${need:.4f}",
                    hint="raise --max-usd, or lower --context-tokens",
                )
            held = row.prices.most(input_tokens, allowed)
            allowed, held = self._reserve_day(row, input_tokens, allowed, held)
            self._held += held
        return Reservation(held, allowed)

    def settle(self, reservation: Reservation, dollars: float | None, *, free: bool = False) -> None:
        """Replace what was reserved by what it cost; None: not known, so all of it. `free` keeps it off the day."""
        cost = reservation.dollars if dollars is None else dollars
        with self._lock:
            self._held -= reservation.dollars
            self._spent += cost
            if self._day is not None:
                self._day((0.0 if free else cost) - reservation.dollars)

    def _reserve_day(self, row: Row, input_tokens: int, allowed: int, held: float) -> tuple[int, float]:
        """The same in the day's ledger, which other runs write to as well."""
        if self._day is None or held == 0:
            return allowed, held
        total = self._day(held)
        if total <= self.max_usd_day:
            return allowed, held
        fewer = self._affordable(row, input_tokens, allowed, held - (total - self.max_usd_day))
        if fewer < min(LEAST_OUTPUT, allowed):
            self._day(-held)
            raise BudgetError(
                f"${total - held:.4f} of today's ${self.max_usd_day:g} is spent or reserved",
                hint="raise --max-usd-day, or wait for tomorrow (UTC)",
            )
        less = row.prices.most(input_tokens, fewer)
        self._day(less - held)
        return fewer, less

    @staticmethod
    def _affordable(row: Row, input_tokens: int, max_output: int, dollars: float) -> int:
        """Tokens of output that the dollars pay for beside the input, at most `max_output`; -1 for none at all."""
        rest = dollars - row.prices.most(input_tokens, 0)
        if rest < 0:
            return -1
        if row.prices.dearest_output <= 0:
            return max_output
        # One less than the quotient, so that rounding never exceeds the budget.
        return min(max_output, int(rest / row.prices.dearest_output * 1e6) - 1)

"""Notices of a model's end: before it the model that will follow, after it the one that followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fretsaw.model.row import Row

SOON = timedelta(days=60)
"""Notice of a model's end begins this long before it."""

_API_NAMES = {"chat": "Chat Completions", "responses": "the Responses API"}


@dataclass(frozen=True, slots=True)
class RetirementNotice:
    """Something to tell once, or once a week."""

    key: str
    """The key under which a notice is remembered, so that it is shown once."""
    text: str
    is_weekly: bool = False


def announce_end(row: Row, follower: Row | None, today: date, role: str | None) -> tuple[RetirementNotice, ...]:
    """Announce the model that will follow one that ends soon; () while there is time. `role` is None where the model is
    pinned."""
    if row.retires_on is None or not timedelta() < row.retires_on - today <= SOON:
        return ()
    days = (row.retires_on - today).days
    text = f"{row.id} is shut down on {row.retires_on}, in {days} day{'' if days == 1 else 's'}"
    if follower is None:
        text += "; no successor is known: choose another with --model"
    elif role is None:
        text += f". It is the model that you set, so runs stop then. Its successor is --model {follower.id}: "
        text += describe_change(row, follower)
    else:
        text += f". The {role} role then moves to {follower.id} by itself, within --max-usd: "
        text += describe_change(row, follower)
    return (RetirementNotice(f"{row.id} ends {row.retires_on}, {role or 'pinned'}", text, is_weekly=True),)


def announce_move(gone: Row, row: Row, role: str) -> RetirementNotice:
    """Announce the model that followed one that ended."""
    text = (
        f"{gone.id} was shut down on {gone.retires_on}; the {role} role uses {row.id} now, within --max-usd: "
        f"{describe_change(gone, row)}"
    )
    return RetirementNotice(f"{role} moved from {gone.id} to {row.id}", text)


def describe_change(old: Row, new: Row) -> str:
    """The price of the new model beside the old one's, and what else differs between their rows."""
    before, after = old.prices, new.prices
    changes = [
        f"${after.input:g} in, ${after.cached:g} cached, ${after.output:g} out per million tokens "
        f"(instead of ${before.input:g}, ${before.cached:g}, ${before.output:g})"
    ]
    if new.api != old.api:
        changes.append(f"{_API_NAMES[new.api]} instead of {_API_NAMES[old.api]}")
    if new.edit_form != old.edit_form:
        changes.append(f"edit format {new.edit_form} instead of {old.edit_form}")
    if new.can.effort != old.can.effort and new.can.effort is not None:
        changes.append(f"reasoning effort {new.can.effort}")
    if old.can.temperature and not new.can.temperature:
        changes.append("no temperature, so the same question may get different answers")
    if old.tokenizer and new.tokenizer != old.tokenizer:
        changes.append("tokens are estimated before a call")
    if (new.input or new.context) < (old.input or old.context):
        changes.append(f"{new.window} instead of {old.window} (tokens)")
    return "; ".join(changes)

"""The models there are, as data: prices, limits, roles, retirement."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from fretsaw.endpoint_presets import Preset, is_openai
from fretsaw.errors import ConfigError
from fretsaw.model.endpoint import preset_of
from fretsaw.model.model_file import read_model_file
from fretsaw.model.retirement import RetirementNotice, announce_end, announce_move
from fretsaw.model.row import Row
from fretsaw.settings import Settings

GENERIC = "*"
"""The id of the row that stands for every model without one."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was chosen, and what the user should know about it."""

    row: Row
    notices: tuple[str, ...] = ()
    """To be told at every run."""
    retirements: tuple[RetirementNotice, ...] = ()
    """To be told once."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Every known model, in the order of the data, and the roles."""

    rows: tuple[Row, ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own_roles: frozenset[str] = frozenset()
    """Roles that the user's own file gives, so that their models are of whatever endpoint is asked."""
    ends: Mapping[str, date] = field(default_factory=dict)
    """Model id → the day of its end, where the endpoint that is asked has told it: that counts, not the row's."""

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
        rows = [row for row in self.rows if row.id != GENERIC]
        # A glob of the user's own (`*`) takes no model from the row that has its name.
        named = next((row for row in rows if model == row.id or model in row.also), None)
        row = named or next((row for row in rows if any(fnmatchcase(model, glob) for glob in row.also)), None)
        return None if row is None else replace(row, id=model, retires_on=self.ends.get(model, row.retires_on))

    def generic(self, model: str) -> Row:
        """The row for a model of another endpoint of which nothing is known."""
        for row in self.rows:
            if row.id == GENERIC:
                return replace(row, id=model, retires_on=self.ends.get(model))
        raise ConfigError("the list of models has no row for models of other endpoints", hint='add a row with id = "*"')

    def elsewhere(self, model: str, preset: Preset | None) -> Row:
        """The row for a model at an endpoint that is not OpenAI's own, whose dates of retirement are not the row's."""
        bare = model.removeprefix(preset.prefix) if preset else model
        row = replace(
            self.find(model) or self.find(bare) or self.generic(model), id=model, retires_on=self.ends.get(model)
        )
        return row.at(preset)

    def for_role(self, role: str, today: date) -> ModelChoice:
        """The first model of the role's list that is still served, what it followed and what will follow it."""
        rows = [self.row(model) for model in self.roles.get(role, ())]
        served = [row for row in rows if not row.retired(today)]
        if not served:
            raise self._nobody_has(role, rows)
        row = served[0]
        gone = [other for other in rows[: rows.index(row)] if other.retires_on]
        moved = (announce_move(gone[-1], row, role),) if gone else ()
        follower = next((other for other in served if not row.retires_on or not other.retired(row.retires_on)), None)
        if follower is None:
            # A list of the user's own that ends here: nothing moves, as where a model is set.
            ends = announce_end(row, self._successor(row), today, None)
        else:
            ends = announce_end(row, follower, today, role)
        return ModelChoice(row, _without_price(row), (*moved, *ends))

    def choose(self, settings: Settings, today: date) -> ModelChoice:
        """The model that the settings ask for. ConfigError when it is set to one that OpenAI has shut down.

        The rows' dates of retirement are OpenAI's own: a model that is set is asked at another host whatever the
        day, and only what that endpoint told of its end is announced. A role without a model moves by the rows' dates,
        but at Azure, where a model is a deployment with dates of its own.
        """
        preset = preset_of(settings)
        is_shipped = settings.role not in self.own_roles
        if settings.model is None and preset is not None and not preset.has_roles and is_shipped:
            raise ConfigError(
                f"{preset.title} has no model for the {settings.role} role",
                hint="name one with --model" + ("; see `agent models --remote`" if preset.has_list else ""),
            )
        if settings.model is None:
            choice = self.for_role(settings.role, date.min if settings.azure else today)
            row = choice.row.at(preset)
            return replace(choice, row=row, notices=(*choice.notices, *_without_tool(row, settings)))
        is_own = is_openai(settings.base_url) and not settings.azure
        # A model without a row is asked where a base URL is given, be it OpenAI's own.
        if not is_own or (settings.base_url is not None and self.find(settings.model) is None):
            row = self.elsewhere(settings.model, preset)
            ends = announce_end(row, self._successor(row), today, None)
            return ModelChoice(row, (*_without_price(row), *_without_tool(row, settings)), ends)
        row = self.row(settings.model)
        follower = self._successor(row)
        if row.retired(today):
            remedy = f"use --model {follower.id}, its successor, or set no model" if follower else "set no model"
            raise ConfigError(
                f"{row.id} was shut down by OpenAI on {row.retires_on}",
                hint=f"{remedy} (then the model of the {settings.role} role is used)",
            )
        notices = (*_without_price(row), *_without_tool(row, settings))
        return ModelChoice(row, notices, announce_end(row, follower, today, None))

    def _successor(self, row: Row) -> Row | None:
        return self.find(row.successor) if row.successor else None

    def _nobody_has(self, role: str, rows: list[Row]) -> ConfigError:
        """The error for a role whose models are all gone."""
        gone = "; ".join(f"{row.id} was shut down on {row.retires_on}" for row in rows)
        successor = next((row.successor for row in reversed(rows) if row.successor), None)
        remedy = (
            f"use --model {successor}, or add it to the role in models.toml" if successor else "name one with --model"
        )
        return ConfigError(
            f"there is no model for the {role} role: {gone or 'the list of models names none'}",
            hint=f"{remedy}, or update Fretsaw",
        )


def load_registry(user_file: Path | None = None, measured_file: Path | None = None, base_url: str = "") -> Registry:
    """The shipped list, with what was measured and the user's own file over it, as far as it holds at this base URL.

    ConfigError names what is wrong.
    """
    merged = Registry(())
    for file in (Path(__file__).with_name("models.toml"), measured_file, user_file):
        if file is not None and os.path.lexists(file):
            own = read_model_file(file)
            here = (row for row in own.rows if row.endpoint in ("", base_url))
            # One for this endpoint alone goes before one for any.
            rows = tuple(sorted(here, key=lambda row: not row.endpoint))
            names = {row.id for row in rows}
            kept = tuple(row for row in merged.rows if row.id not in names)
            own_roles = frozenset(own.roles) if file is user_file else frozenset()
            merged = Registry(rows + kept, {**merged.roles, **own.roles}, own_roles)
    return merged


def read_items(path: Path) -> list[Mapping[str, Any]]:
    """The rows of a file as tables, as they stand; none where there is no file. ConfigError where it is not usable."""
    return list(read_model_file(path).items) if os.path.lexists(path) else []


def _without_price(row: Row) -> tuple[str, ...]:
    if row.is_priced:
        return ()
    return (f"the price of {row.id} is not known: dollars are not counted and --max-usd does not hold",)


def _without_tool(row: Row, settings: Settings) -> tuple[str, ...]:
    form = row.form_for(settings)
    if settings.edit_form in ("auto", form):
        return ()
    return (f"{row.id} has no tool for --edit-form {settings.edit_form} on this API: edits are asked for as {form}",)

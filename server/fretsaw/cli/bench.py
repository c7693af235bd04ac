"""`agent bench`: figures of the engine on a corpus of your own. Comparisons with peers are scripts under `bench/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fretsaw.cli.output import show


@click.group("bench")
def bench_command() -> None:
    """Measure how well Fretsaw drops unasked-for changes, on examples of your own."""


@bench_command.command("extraneous")
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--prune",
    type=click.Choice(["strict", "safe", "off"]),
    default="safe",
    help="safe: drop changes without effect, flag doubtful ones; strict: drop both; off: keep all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def extraneous_command(corpus: Path, prune: Any, as_json: bool) -> int:
    """Compute the extraneous rate of CORPUS: JSON lines (may be .xz) with `files`, `noisy`, `expect`, `issue`.

    docs/extraneous-rate.md defines it. False drops come first.
    """
    from fretsaw.measure.extraneous import as_document, extraneous

    figures = as_document(extraneous(corpus, prune), prune)
    if as_json:
        show(json.dumps(figures, indent=2))
        return 0
    show(f"{figures['rows']} rows, --prune {prune}")
    show(f"changes of right answers that were dropped: {figures['gold_dropped']} of {figures['gold']}")
    for name, rate in figures["extraneous_rate"].items():
        interval = f"95 % interval {rate['low']:.2%} to {rate['high']:.2%}"
        show(f"extraneous rate {name}: {rate['rate']:.2%} of {rate['of']} changes ({interval})")
    show(f"extraneous changes that stay but are flagged: {figures['flagged']}")
    show(f"delivered byte for byte as the right answer: {figures['exact']} of {figures['rows']} rows")
    return 0


@bench_command.command("overedit")
@click.argument("predictions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--instances",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Their right patches: JSON lines with `instance_id`, `patch`, `test_patch`.",
)
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write a plot to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def overedit_command(predictions: Path, instances: Path, svg: Path | None, as_json: bool) -> int:
    """Measure over-editing in PREDICTIONS: JSON lines as of SWE-bench, from one or more systems, resolved ones only.

    Counts kinds of change that right patches hardly have, beside the same count on the right patches. Systems whose
    intervals overlap are not ranked. docs/overedit.md defines it.
    """
    from fretsaw.measure.overedit import measure_overedit
    from fretsaw.measure.overedit_report import overedit_document, overedit_markdown, overedit_svg

    measured = measure_overedit(predictions, instances)
    if svg is not None:
        svg.write_text(overedit_svg(measured), "utf-8")
    if as_json:
        print(json.dumps(overedit_document(measured), indent=2))
        return 0
    print(overedit_markdown(measured), end="")
    for reason, count in measured.skipped:
        print(f"not counted: {count} ({reason})")
    return 0

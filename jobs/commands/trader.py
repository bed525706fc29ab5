"""`trader`: what is known of one wallet at the latest T, and if it has no features, why."""

import argparse
import json
from collections.abc import Mapping
from datetime import date
from math import log
from typing import Any

import polars as pl

from features.eligibility import LOWEST_MINTS, LOWEST_TRADES, UNMATCHED_ONE_IN
from features.registry import TABLE, features
from features.windows import LOOKBACK_DAYS
from jobs.commands.terminal import show_facts, show_table
from jobs.commands.trader_results import results, scan, show_results, text
from jobs.commands.trader_verdict import ABOUT, verdict
from jobs.pipeline import WRITER
from jobs.running.context import Context, open_context
from models.scoring.score import POINTS_PER_DOUBLING
from pumploss.days import midnight, shift
from pumploss.errors import LakeError
from pumploss.settings import from_environment
from pumploss.tables import gold_scores, gold_trader_day

#: What is not shown, or elsewhere.
HIDDEN = ("trader_address", "as_of", "reasons", "known_at", "score_day", "scored_at")
OF_SEVERE = ("p_severe", "risk_score", "risk_band")


def run(arguments: argparse.Namespace) -> int:
    """Prints results, positions, features, scores and reasons; exit code 1 for a wallet that never traded."""
    with open_context(from_environment()) as context:
        known = trader(context, arguments.address)
    if arguments.json:
        print(json.dumps(known, default=str, indent=2))
    else:
        _show(known)
    return int(known["status"] == "unknown")


def trader(context: Context, address: str) -> dict[str, Any]:
    """Collects what is known of a wallet: `status` (`eligible`, `not_eligible`, `unknown`) and `why`, and as of T
    `account`, `positions`, `round_trips`, `features` and `scores`, each None where there is none.

    Raises LakeError where no features were built, StaleError where those of the latest T are stale.
    """
    day = _latest(context)
    context.require_readable(TABLE, [day])
    row = _one(scan(context, TABLE, address).filter(feature_day=day))
    score = _one(scan(context, gold_scores.TABLE, address).filter(score_day=day))
    answer: dict[str, Any] = {"trader": address, "as_of": midnight(day).isoformat(), "status": "eligible", "why": None}
    if row is None:
        answer["status"], answer["why"] = _absence(context, address, day)
    answer |= results(context, address, day)
    answer["features"] = {feature.name: row[feature.name] for feature in features()} if row else None
    answer["groups"] = {feature.name: feature.group for feature in features()} if row else None
    answer["scores"] = {**score, "reasons": json.loads(score["reasons"])} if row and score else None
    return answer


def _latest(context: Context) -> date:
    """Finds the T that features were last built for; where nobody was eligible, the table has no row of it.

    Raises LakeError where none were ever built.
    """
    step = WRITER[TABLE.name]
    built = {shift(day, step.offset_days) for day in context.ledger.held(step.name)}
    latest = max(built | context.lake.rows_by_day(TABLE).keys(), default=None)
    if latest is None:
        raise LakeError(f"No features have been built in {context.lake.root} yet: run `pumploss nightly`.")
    return latest


def _one(rows: pl.LazyFrame) -> dict[str, Any] | None:
    collected = rows.collect()
    return collected.row(0, named=True) if len(collected) else None


def _absence(context: Context, address: str, day: date) -> tuple[str, str]:
    """Finds status and reason of a wallet without features at T."""
    rows = scan(context, gold_trader_day.TABLE, address).collect().sort("day")
    if rows.is_empty():
        return "unknown", "No trade of this address is in the lake. Addresses are case-sensitive."
    recent = rows.filter(rows["day"].is_between(shift(day, -LOOKBACK_DAYS), shift(day, -1)))
    if recent.is_empty():
        last = rows["day"][-1]
        why = f"It neither traded nor held a traded token in the {LOOKBACK_DAYS} days before T: last on {last}."
        return "not_eligible", why
    why = " ".join(_shortcomings(recent)) or "It has features after the next run of gold_trader_features."
    return "not_eligible", why


def _shortcomings(recent: pl.DataFrame) -> list[str]:
    """Lists which rules of `features.eligibility` the trader's last 30 days do not meet."""
    trades, mints = recent["trade_count_close"][-1], recent["mint_count_close"][-1]
    sold, matched = int(recent["sell_net_lamports"].sum()), int(recent["proceeds_lamports"].sum())
    said = []
    if recent["buy_count"].sum() < 1:
        said.append("It bought nothing in the 30 days before T.")
    if trades < LOWEST_TRADES:
        said.append(f"It made {trades} trades so far; {LOWEST_TRADES} are needed.")
    if mints < LOWEST_MINTS:
        said.append(f"It traded {mints} tokens so far; {LOWEST_MINTS} are needed.")
    if sold > 0 and (sold - matched) * UNMATCHED_ONE_IN > sold:
        share, limit = (sold - matched) / sold, 1 / UNMATCHED_ONE_IN
        said.append(f"{share:.0%} of what it sold in 30 days was never seen to be bought; {limit:.0%} is the limit.")
    return said


def points(reason: dict[str, Any]) -> float:
    """Finds how many points of the score a reason adds."""
    return float(reason["contribution"] / log(2.0) * POINTS_PER_DOUBLING)


def facts(scores: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Lists the figures of a score by name, and what band and score are about: not a loss, but a severe one."""
    return [
        (name, f"{text(value)} ({ABOUT})" if name in OF_SEVERE else text(value))
        for name, value in scores.items()
        if name not in HIDDEN
    ]


def _show(known: dict[str, Any]) -> None:
    print(f"{known['trader']} as of {known['as_of']}: {known['status'].replace('_', ' ')}")
    scores = known["scores"]
    if known["why"]:
        print(known["why"])
    elif scores is None:
        print("It has no scores at this T: no model was registered when it was scored, or gold_scores did not run.")
    if said := verdict(known):
        show_facts("In short", said)
    if scores:
        show_facts(
            "What raises the risk most",
            [(f"{points(reason):+.1f} points", reason["text"]) for reason in scores["reasons"]]
            or [("not told", f"the risk {ABOUT} is {scores['risk_band']}, and it is said to lose little")],
        )
    if known["account"]:
        show_results(known)
    if scores:
        show_facts("Scores", facts(scores))
    if known["features"]:
        rows = [(f.name, text(known["features"][f.name]), f.unit, f.meaning) for f in features()]
        show_table("Features", ("feature", "value", "unit", "what it is"), rows, ("value",))

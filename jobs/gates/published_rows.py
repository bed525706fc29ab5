"""Checks of what is about to be published: measured in the warm store, where it lies staged, before readers see it.

Keys, missing values and most ranges are constraints of the store as well, which refuse a row where it is loaded; here
they are judged as everything else is, so that Data Docs show them, with what constraints cannot say.
"""

import re
import time
from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd
import psycopg
from psycopg import sql

from jobs.running.gate import EXAMPLES, document, failed_checks, took
from jobs.running.step_context import StepContext
from pumploss import checks
from pumploss.contract import Check, Metric, Severity, holds, within
from pumploss.errors import CheckError
from pumploss.warm import tables as warm
from pumploss.warm.staged import StagedTable
from pumploss.warm.summed_tables import KEPT_LOSERS
from pumploss.warm.warm_table import WarmTable

CHECKS: dict[WarmTable, tuple[Check, ...]] = {
    warm.TRADES: (
        *within("token_amount", 0, None, "a negative amount contradicts the direction"),
        *within("sol_amount", 0, None, "a negative amount contradicts the direction"),
        holds("direction IN ('buy', 'sell')", "consumers know no other direction"),
        holds("direction = 'sell' OR pnl_sol IS NULL", "a buy realises nothing"),
        Check(
            Metric.NULL_SHARE,
            "signature",
            "a trade without one cannot be looked up on chain",
            highest=0.5,
            severity=Severity.WARN,
        ),
    ),
    warm.DAILY_LOSSES: (
        *within("daily_loss", None, 0, "losses carry a minus sign"),
        *within("loss_count", 1, None, "a row says that the trader lost that day"),
    ),
    warm.LOSS_SUMS: (*within("loss_sol", None, 0, "losses carry a minus sign"),),
    warm.TRADER_DAYS: (
        *within("loss_sol", None, 0, "losses carry a minus sign"),
        holds("tokens BETWEEN 1 AND trades", "each trade is of one token"),
        holds("loss_sol <= realised_sol", "gains are not set off"),
    ),
    warm.TOKEN_DAYS: (
        holds("traders BETWEEN 1 AND trades", "each trade is of one trader"),
        holds("first_trade <= last_trade", "a day does not end before it starts"),
    ),
    warm.TOKEN_HOURS: (holds("traders BETWEEN 1 AND trades", "each trade is of one trader"),),
    warm.TOKEN_TRADER_DAYS: (
        *within("trades", 1, None, "a row says that the token was traded"),
        holds("first_trade <= last_trade", "a day does not end before it starts"),
    ),
    warm.BUSY_TOKENS: (
        holds("losers <= sellers AND sellers <= traders AND traders <= trades", "who loses sells, who sells trades"),
    ),
    warm.BUSY_TOKEN_LOSERS: (*within("rank", 1, KEPT_LOSERS, "as many places as are kept"),),
    warm.MARKET_DAYS: (
        *within("loss_sol", None, 0, "losses carry a minus sign"),
        holds("buys + sells = trades", "a trade is a buy or a sell"),
    ),
    warm.SCORE_DAYS: (
        *within("risk_score", 0, 100, "the published range"),
        holds("p_severe <= p_loss", "who loses severely, loses"),
    ),
    warm.FEATURES: (
        *within("total_trades", 0, None, "nothing is counted fewer than 0 times"),
        *within("total_losses", None, 0, "losses carry a minus sign"),
        holds("first_trade_time <= last_trade_time", "a life does not end before it starts"),
        holds("last_trade_time < as_of", "a feature that knew what came after T would leak the future"),
    ),
    warm.PREDICTIONS: (
        *within("p_loss", 0, 1, "a probability"),
        holds("p_loss <= p_trade AND p_loss <= p_loss_if_exposed", "a product of two probabilities is below both"),
        holds("loss_p50_sol <= loss_p90_sol", "quantiles do not cross"),
    ),
    warm.SCORES: (
        *within("p_severe", 0, 1, "a probability"),
        *within("risk_score", 0, 100, "the published range"),
        *within("risk_percentile", 0, 1, "a share of the day's traders"),
        *within("baseline_score", 0, 100, "the published range"),
    ),
    warm.LEADERBOARDS: (
        *within("rank", 1, 1000, "a board has a thousand places"),
        *within("loss_amount", None, 0, "losses carry a minus sign"),
        *within("loss_trades", 1, None, "who lost, lost in some trade"),
        holds("loss_amount_all_time <= loss_amount", "a period's losses are part of all losses"),
    ),
    warm.NET_LOSERS: (
        *within("rank", 1, 1000, "a board has a thousand places"),
        *within("loss_amount", None, 0, "losses carry a minus sign"),
        holds("net_amount < 0", "who won is no loser"),
        holds("period <> 'all' OR net_amount = net_amount_all_time", "the whole life is one period"),
    ),
    warm.EXPECTED_LOSERS: (
        *within("rank", 1, 1000, "a board has a thousand places"),
        holds("p_severe <= p_loss", "who loses severely, loses"),
    ),
}


def gate(context: StepContext, connection: psycopg.Connection, staged: Iterable[StagedTable], day: date) -> None:
    """Judges the staged tables of a publish as of the end of a day.

    Raises CheckError where a STOP check fails, with some of the rows; readers then keep what they have.
    """
    started, parts, stops = time.perf_counter(), list(staged), list[str]()
    for table in CHECKS:
        filled = [part for part in parts if part.table == table and part.rows]
        if filled:
            stops.extend(_judge(context, connection, table, filled, day))
    took(context.report, "published", started)
    if stops:
        listed = "\n  ".join(stops[:10])
        raise CheckError(
            f"Nothing was published, readers keep what they have. Failed, with some of the rows:\n  {listed}\n"
            "Mend the rows in the lake, run the steps of that day again, then publish again."
        )


def _judge(
    context: StepContext, connection: psycopg.Connection, table: WarmTable, parts: Sequence[StagedTable], day: date
) -> list[str]:
    """Judges the parts of a table and keeps the result; warnings go into the report, what stops is answered."""
    wanted = CHECKS[table]
    judged = checks.judged(table.name, wanted, _measured(connection, parts, wanted))
    verdicts = [
        (checks.Verdict(wanted[number], parts[row].day or day, value), parts[row])
        for number, row, value in judged.failures
    ]
    rows = {verdict: _examples(connection, part, verdict.check) for verdict, part in verdicts[:EXAMPLES]}
    days = [parts[0].day or day, parts[-1].day or day][: len(parts)]
    failed = failed_checks([verdict for verdict, _ in verdicts], rows)
    document(context.settings.data_docs_dir, judged, days, day, failed, context.report)
    stops = []
    for verdict, _ in verdicts:
        if verdict.check.severity is Severity.WARN:
            context.report.warnings.append(f"{table.name} {verdict}")
        else:
            stops.append("\n    ".join([f"{table.name} {verdict}", *rows.get(verdict, ())]))
    return stops


def _measured(connection: psycopg.Connection, parts: Sequence[StagedTable], wanted: Sequence[Check]) -> pd.DataFrame:
    """Measures a row per part, a column per check, in one query per part."""
    measures = sql.SQL(", ").join(expression(check) for check in wanted)
    query = sql.SQL("SELECT {} FROM {}")
    rows = [connection.execute(query.format(measures, part.identifier)).fetchone() or () for part in parts]
    return pd.DataFrame(rows, columns=[f"m{n}" for n in range(len(wanted))], dtype="float64")


def expression(check: Check) -> sql.Composable:
    """Writes the metric in the store's SQL; conditions are this module's own text."""
    subject = sql.Identifier(check.subject)
    if check.metric is Metric.VIOLATION_COUNT:
        return sql.SQL("(count(*) FILTER (WHERE {}))::float8").format(_breaks(check))
    if check.metric is Metric.NULL_SHARE:
        return sql.SQL("avg(({} IS NULL)::int)::float8").format(subject)
    function = {Metric.MINIMUM: "min", Metric.MAXIMUM: "max"}[check.metric]
    return sql.SQL("{}({})::float8").format(sql.SQL(function), subject)


def _breaks(check: Check) -> sql.Composable:
    """Writes what is true of a row that breaks the check."""
    if check.metric is Metric.VIOLATION_COUNT:
        return sql.SQL("NOT ({})").format(sql.SQL(check.subject))
    is_low = check.metric is Metric.MINIMUM
    sign, bound = ("<", check.lowest) if is_low else (">", check.highest)
    return sql.SQL("{} {} {}").format(sql.Identifier(check.subject), sql.SQL(sign), sql.Literal(bound))


def _examples(connection: psycopg.Connection, part: StagedTable, check: Check, limit: int = 3) -> list[str]:
    """Shows a few of the rows that break a check: their key, and the columns that the check is about."""
    if check.metric is Metric.NULL_SHARE:
        return []
    key = sql.SQL(", ").join(map(sql.Identifier, part.table.key))
    query = sql.SQL("SELECT row_to_json(broken) FROM {} AS broken WHERE {} ORDER BY {} LIMIT {}")
    broken = connection.execute(query.format(part.identifier, _breaks(check), key, sql.Literal(limit))).fetchall()
    shown = (
        {name: value for name, value in row.items() if name in (*part.table.key, *_named(check))} for (row,) in broken
    )
    return [str(row)[: checks.CHARACTERS] for row in shown]


def _named(check: Check) -> list[str]:
    """Lists the words of what a check is about; columns are among them."""
    return re.findall(r"\w+", check.subject)

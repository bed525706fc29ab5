"""Declares what became of every eligible trader in the days after T."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within
from pumploss.money import LAMPORTS_PER_SOL

TABLE = Table(
    name="gold_labels",
    description="Matured outcomes for [T, T + horizon): equity change, loss and severe loss.",
    columns=(
        c.TRADER,
        c.AS_OF,
        c.HORIZON,
        c.PNL.named("outcome_lamports", "Matched proceeds minus buys plus the change of exit value over the window"),
        c.BUY_COST,
        Column("equity_start_lamports", Type.BIGINT, "Exit value of open positions at T"),
        Column(
            "equity_marked_start_lamports",
            Type.BIGINT,
            "The part of the exit value at T that a trade of the 7 days before marks",
        ),
        Column("equity_end_lamports", Type.BIGINT, "Exit value of open positions at T + horizon"),
        Column(
            "equity_last_price_start_lamports",
            Type.BIGINT,
            "The part of the exit value at T that a last price marks, not reserves",
        ),
        Column("equity_last_price_end_lamports", Type.BIGINT, "The same part at T + horizon"),
        c.TRADE_COUNT,
        Column(
            "unmatched_lamports",
            Type.BIGINT,
            "What sells of what was never bought brought in the window; no part of the outcome",
        ),
        Column("unmatched_share", Type.DOUBLE, "Unmatched part of what sells brought in the window", nullable=True),
        Column(
            "capital_lamports",
            Type.BIGINT,
            "Capital at risk: equity at T plus the highest running sum of buys minus matched proceeds in the window",
        ),
        Column("outcome_loss_ratio", Type.DOUBLE, "-outcome / capital at risk, at most 1", nullable=True),
        Column(
            "is_exposed",
            Type.BOOLEAN,
            "Traded in the window, or held at T at least 0.01 SOL of exit value that trades of the 7 days before mark",
        ),
        Column("is_loss", Type.BOOLEAN, "Outcome below -0.01 SOL"),
        Column(
            "is_severe_loss",
            Type.BOOLEAN,
            "Outcome of -5 SOL or worse, or of -1 SOL or worse and a quarter of the capital",
        ),
        Column("is_last_price_marked", Type.BOOLEAN, "Whether a last price, not reserves, marks part of the outcome"),
        Column("label_version", Type.INT, "Version of the label's definition"),
        c.KNOWN_AT,
        Column("label_day", Type.DATE, "The UTC day that starts at T"),
    ),
    key=("trader_address", "as_of", "horizon_days"),
    partition_by=("label_day",),
    order_by=("trader_address",),
    checks=(
        *within("outcome_loss_ratio", None, 1.000001, "nobody loses more than was at stake"),
        *within("capital_lamports", 0, None, "nobody has less than nothing at stake"),
        holds(
            "equity_marked_start_lamports >= 0 AND equity_marked_start_lamports <= equity_start_lamports",
            "what was marked lately is a part of what is held",
        ),
        *within("equity_start_lamports", 0, None, "an exit cannot cost more than nothing"),
        *within("equity_end_lamports", 0, None, "an exit cannot cost more than nothing"),
        *within("unmatched_lamports", 0, None, "a sale brings something or nothing"),
        *within("equity_last_price_start_lamports", 0, None, "an exit cannot cost more than nothing"),
        *within("equity_last_price_end_lamports", 0, None, "an exit cannot cost more than nothing"),
        *within("buy_cost_lamports", 0, None, "a purchase costs something or nothing"),
        holds("horizon_days IN (1, 7, 30)", "outcomes are watched for a day, a week or a month"),
        holds("outcome_lamports IS NOT NULL", "a matured window has an outcome, be it 0"),
        holds("is_loss = (outcome_lamports < -10000000)", "a loss is an outcome below -0.01 SOL"),
        holds(f"NOT is_severe_loss OR outcome_lamports <= {-LAMPORTS_PER_SOL}", "a severe loss costs 1 SOL at least"),
        holds("known_at > as_of", "an outcome that is known at T would leak the future"),
        holds("NOT is_severe_loss OR is_loss", "a severe loss is a loss"),
        holds("is_exposed OR trade_count = 0", "who trades is exposed"),
    ),
)

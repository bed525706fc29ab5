"""Declares position episodes: from the first buy of an empty position until it is empty again."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within
from pumploss.tables import silver_open_lots

TABLE = Table(
    name="silver_round_trips",
    description="Round trips per (trader, mint), as they stand at the close of each day that changed them.",
    columns=(
        c.TRADER,
        c.MINT,
        Column("episode_index", Type.INT, "Place of the round trip in the life of the position, from 0"),
        Column("entered_at", Type.TIMESTAMP, "First buy, of a position that was empty"),
        c.ORDER_OF_TRADER.named("entry_order_in_day", "Place of that buy among its trader's trades of the day, from 1"),
        Column("entry_cost_lamports", Type.BIGINT, "What that buy cost, fees included"),
        Column("exited_at", Type.TIMESTAMP, "Trade that emptied the position; missing while it is open", nullable=True),
        Column(
            "exit_order_in_day",
            Type.INT,
            "Place of that trade among its trader's trades of the day, from 1; missing while the position is open",
            nullable=True,
        ),
        Column("held_seconds", Type.DOUBLE, "From entry to exit; missing while the position is open", nullable=True),
        c.BUY_COUNT,
        c.SELL_COUNT,
        Column("bought_units", Type.WIDE, "Units bought since the entry"),
        c.BUY_COST,
        Column("sold_units", Type.WIDE, "Units sold since the entry, as far as the buys cover them"),
        c.SOLD_COST,
        c.PROCEEDS,
        c.REALISED_PNL,
        Column("oversold_units", Type.WIDE, "Units sold since the entry beyond known stock"),
        c.RESIDUE,
        Column("left_units", Type.BIGINT, "Units still open, by the FIFO walk"),
        Column("left_cost_lamports", Type.BIGINT, "Cost basis still open, by the FIFO walk"),
        Column(
            "averaged_down_count", Type.BIGINT, "Buys into the open position below the mean cost of a unit held by then"
        ),
        Column("peak_units", Type.BIGINT, "Most units open after any trade since the entry"),
        Column("peak_cost_lamports", Type.BIGINT, "Highest cost basis open after any trade since the entry"),
        Column("is_closed", Type.BOOLEAN, "Whether the position is empty again"),
        Column("outcome", Type.STRING, "`open`, or `won`, `lost` or `even` by what the closed round trip made"),
        c.KNOWN_AT,
        silver_open_lots.TABLE["close_day"],
        c.COHORT,
    ),
    key=(*c.POSITION, "close_day", "episode_index"),
    partition_by=("close_day",),
    split_by="trader_cohort",
    order_by=("token_mint", "trader_address", "episode_index"),
    checks=(
        *within("episode_index", 0, None, "round trips are counted from 0"),
        *within("buy_count", 1, None, "a round trip starts with a buy"),
        holds(
            "averaged_down_count >= 0 AND averaged_down_count < buy_count",
            "the first buy finds nothing to average down",
        ),
        holds("entry_cost_lamports <= buy_cost_lamports", "the first buy is one of the buys"),
        *within("entry_order_in_day", 1, None, "places start at one"),
        *within("oversold_units", 0, None, "units cannot be negative"),
        *within("held_seconds", 0, None, "nobody sells before he buys"),
        holds(
            "bought_units = sold_units + residue_units + left_units",
            "every unit bought is sold, written off as noise of its source, or still open",
        ),
        holds("residue_units = 0 OR is_closed", "what is written off closes the position"),
        holds(
            "buy_cost_lamports = sold_cost_lamports + left_cost_lamports",
            "what lots cost is spent or still open, to the lamport, over all days of the position",
        ),
        holds("realised_pnl_lamports = proceeds_lamports - sold_cost_lamports", "profit is proceeds minus cost"),
        holds("sold_units > 0 OR proceeds_lamports = 0", "only what is sold brings anything"),
        holds("is_closed = (left_units = 0 AND left_cost_lamports = 0)", "closed means that nothing is left"),
        holds(
            "is_closed = (exited_at IS NOT NULL) AND is_closed = (held_seconds IS NOT NULL)"
            " AND is_closed = (exit_order_in_day IS NOT NULL)",
            "only what is closed has an exit",
        ),
        holds("NOT is_closed OR sell_count > 0", "only a sell empties a position"),
        holds("exited_at >= entered_at", "an exit before the entry means that trades are out of order"),
        holds(
            "left_units >= 0 AND peak_units >= left_units AND peak_units <= bought_units",
            "a peak lies between what is left and what was bought",
        ),
        holds(
            "left_cost_lamports >= 0 AND peak_cost_lamports >= left_cost_lamports"
            " AND peak_cost_lamports <= buy_cost_lamports",
            "a peak lies between what is left and what was paid",
        ),
        holds(
            "outcome = CASE WHEN NOT is_closed THEN 'open' WHEN realised_pnl_lamports > 0 THEN 'won'"
            " WHEN realised_pnl_lamports < 0 THEN 'lost' ELSE 'even' END",
            "an outcome says what the figures say",
        ),
    ),
)

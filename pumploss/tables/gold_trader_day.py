"""Declares daily facts per trader: flows that add up over days, and levels at the close that are carried as-of."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

FLOWS = (
    c.TRADE_COUNT,
    c.BUY_COUNT,
    c.SELL_COUNT,
    c.MATCHED_SELLS,
    Column("win_count", Type.BIGINT, "Number of matched sells with positive PnL"),
    c.LOSS_COUNT,
    Column("unmatched_sell_count", Type.BIGINT, "Number of sells with a part beyond known stock"),
    c.VOLUME,
    Column("volume_squared", Type.WIDE, "Sum of squared `sol_lamports`"),
    c.FEES,
    c.BUY_COST,
    Column("buy_cost_squared", Type.WIDE, "Sum of squared buy costs, lamports squared"),
    Column("sell_net_lamports", Type.BIGINT, "What all sells brought, fees deducted, matched or not"),
    c.PROCEEDS,
    c.SOLD_COST,
    c.REALISED_PNL,
    c.REALISED_LOSS,
    Column("log_hold_sum", Type.DOUBLE, "Sum over matched sells of ln(1 + hold seconds)"),
    Column("new_mint_count", Type.BIGINT, "Mints that the trader traded for the first time"),
    Column("trades_by_hour", Type.BIGINTS, "Trades per UTC hour, 24 values"),
    Column(
        "equity_change_lamports",
        Type.BIGINT,
        "Matched proceeds minus buys plus the change of the exit value of what is held",
    ),
)

#: What a day says of what was at stake; a highest sum and values do not add up over days.
STAKES = (
    Column("outlay_lamports", Type.BIGINT, "Buys minus matched proceeds, without mints that are set aside"),
    Column("outlay_peak_lamports", Type.BIGINT, "Highest running sum of that over the day's trades, at least 0"),
    Column("marked_value_lamports", Type.BIGINT, "Exit value at the close of positions whose mint traded that day"),
    Column(
        "superseded_by_age",
        Type.BIGINTS,
        "What these would have fetched by their mark before, if that was 1 to 6 days older: 6 values by age",
    ),
)

LAST_LOST_AT = Column(
    "last_lost_at_close",
    Type.TIMESTAMP,
    "Last losing sell up to the close; missing where there is none",
    nullable=True,
)

LEVELS = (
    Column("equity_close_lamports", Type.BIGINT, "Exit value of all open positions"),
    Column(
        "equity_last_price_close_lamports",
        Type.BIGINT,
        "The part of it that is marked at a last price, for want of reserves",
    ),
    Column("open_cost_close_lamports", Type.BIGINT, "Cost basis of all open positions"),
    Column("open_position_count_close", Type.BIGINT, "Number of open positions"),
    Column("underwater_count_close", Type.BIGINT, "Open positions worth less than their cost"),
    Column("underwater_cost_close_lamports", Type.BIGINT, "Cost basis of those of them that are worth less than it"),
    Column("bag_count_close", Type.BIGINT, "Open positions worth less than a tenth of their cost"),
    c.TRADE_COUNT.named("trade_count_close", "Lifetime trades"),
    c.VOLUME.named("volume_close_lamports", "Lifetime volume"),
    Column("volume_squared_close", Type.WIDE, "Lifetime sum of squared `sol_lamports`"),
    c.REALISED_LOSS.named("realised_loss_close_lamports", "Lifetime sum of negative realised PnL"),
    c.REALISED_PNL.named("realised_pnl_close_lamports", "Lifetime realised PnL"),
    c.LOSS_COUNT.named("loss_count_close", "Lifetime losing sells"),
    c.MATCHED_SELLS.named("matched_sell_count_close", "Lifetime matched sells"),
    Column("active_day_count_close", Type.BIGINT, "Lifetime days with a trade"),
    c.MINT_COUNT.named("mint_count_close", "Lifetime distinct mints"),
    Column("trades_by_hour_close", Type.BIGINTS, "Lifetime trades per UTC hour, 24 values"),
    c.FIRST_TRADED_AT.named("first_traded_at_close", "First trade ever"),
    c.LAST_TRADED_AT.named("last_traded_at_close", "Last trade up to the close"),
    LAST_LOST_AT,
)

TABLE = Table(
    name="gold_trader_day",
    description="One row where the trader traded or a held mint did: daily flows, and levels at the close.",
    columns=(c.TRADER, *FLOWS, *STAKES, *LEVELS, c.KNOWN_AT, c.DAY, c.COHORT),
    key=("trader_address", "day"),
    partition_by=("day",),
    split_by="trader_cohort",
    is_reread=True,
    order_by=("trader_address",),
    checks=(
        *within("equity_close_lamports", 0, None, "an exit cannot cost more than nothing"),
        *within("realised_loss_lamports", None, 0, "losses carry a minus sign"),
        holds("buy_count + sell_count = trade_count", "a trade is a buy or a sell"),
        holds(
            "underwater_cost_close_lamports >= 0 AND underwater_cost_close_lamports <= open_cost_close_lamports",
            "what is under water is a part of what is open",
        ),
        holds("win_count + loss_count <= matched_sell_count", "a matched sell wins, loses or breaks even"),
        holds("realised_pnl_lamports = proceeds_lamports - sold_cost_lamports", "profit is proceeds minus cost"),
        holds("outlay_peak_lamports >= greatest(outlay_lamports, 0)", "a running sum ends at the sum"),
        *within("marked_value_lamports", 0, None, "an exit cannot cost more than nothing"),
        holds("size(superseded_by_age) = 6", "with the day itself, a week"),
        holds("(loss_count_close > 0) = (last_lost_at_close IS NOT NULL)", "whoever has lost did so at some time"),
        holds("size(trades_by_hour) = 24 AND size(trades_by_hour_close) = 24", "a day has 24 hours"),
    ),
)

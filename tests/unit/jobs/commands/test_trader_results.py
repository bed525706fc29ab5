"""What a wallet of a lake made and holds."""

from datetime import UTC, date, datetime, timedelta

from jobs.commands import trader_results
from jobs.running.runner import run_steps
from pumploss.tables import gold_trader_day

DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in (0, 1, 10)]
STEPS = (
    "bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl",
    "silver_trader_mint_day", "gold_token_day", "gold_trader_day",
)  # fmt: skip


def test_a_wallet_of_the_lake(context, land, base58, capsys):
    book = [
        (0, "cat", "buy", 1000, 5000, 50), (0, "dog", "buy", 1000, 9000, 90), (1, "cat", "sell", 400, 4000, 40),
        (2, "cat", "sell", 600, 1000, 10), (2, "fox", "buy", 10, 100, 1),
    ]  # fmt: skip
    for place, day in enumerate(DAYS):
        rows = [
            {"token_mint": mint, "direction": direction, "token_units": units, "sol_lamports": sol, "fee_lamports": fee}
            for at, mint, direction, units, sol, fee in book
            if at == place
        ]
        at_nine = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        common = {"trader_address": "ann", "venue": "pumpswap", "traded_at": at_nine}
        common |= {"virtual_sol_lamports": 10**6, "virtual_token_units": 10**6}
        trades = [{**common, **row, "signature": f"{place}{n}"} for n, row in enumerate(rows)]
        land(context.settings.landing, day, trades)
    run_steps(context, STEPS, DAYS)
    ann, as_of = base58("ann"), DAYS[-1] + timedelta(days=1)

    found = trader_results.results(context, ann, as_of)
    rows = {row["token_mint"]: row for row in found["positions"]}
    assert rows.keys() == {base58("dog"), base58("fox")}
    assert [rows[base58(mint)]["is_mark_stale"] for mint in ("dog", "fox")] == [True, False]
    last = max(context.lake.read(gold_trader_day.TABLE).collect(), key=lambda row: row["day"])
    worth = sum(row["exit_value_lamports"] for row in rows.values())
    assert found["account"] == {
        "realised_pnl_lamports": 4000 - 40 + 1000 - 10 - 5050,
        "unrealised_pnl_lamports": worth - 9090 - 101,
        "realised_loss_lamports": 1000 - 10 - 3030,
        "equity_change_lamports": worth - 9090 - 101 + 4000 - 40 + 1000 - 10 - 5050,
        "fees_lamports": 191,
        "open_cost_lamports": 9090 + 101,
        "exit_value_lamports": worth,
        "stale_exit_value_lamports": rows[base58("dog")]["exit_value_lamports"],
        "stale_position_count": 1,
    }
    assert worth == last["equity_close_lamports"] > 0
    assert found["round_trips"] == {"won": 0, "lost": 1, "even": 0, "open": 2, "median_held_seconds": 10 * 86_400.0}

    early = trader_results.results(context, ann, DAYS[1])
    assert (early["account"]["fees_lamports"], early["round_trips"]["open"]) == (140, 2)
    assert trader_results.open_positions(context, ann, DAYS[0]).num_rows == 0
    assert trader_results.results(context, base58("bob"), as_of)["account"] is None
    trader_results.show_results(found)
    shown = capsys.readouterr().out
    assert "10.6 (stale)" in shown
    assert "realised_pnl_sol" in shown
    assert "that would fetch less" not in shown


def test_ten_positions_are_printed_and_the_others_counted(capsys):
    row = {"open_cost_lamports": 5, "exit_value_lamports": 4, "unrealised_pnl_lamports": -1, "mark_method": "reserves"}
    row |= {"mark_age_seconds": 60, "is_mark_stale": False}
    positions = [{**row, "token_mint": f"mint{number:02}"} for number in range(13)]
    trader_results.show_results({"account": {}, "round_trips": {}, "positions": positions})
    shown = capsys.readouterr().out
    assert [number for number in range(13) if f"mint{number:02}" in shown] == list(range(10))
    assert "and 3 that would fetch less; `--json` has them all" in shown

"""Random small markets, awkward on purpose."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

MINT_KINDS = ("curve, reserves", "curve", "pool, reserves", "pool", "migrates")


def _random_trade(rng: Any, days: list[date], number: int) -> dict[str, Any]:
    """Draws one trade: ties, dust, worthless sales, sales of what was never bought."""
    mint, day_number = rng.randrange(7), rng.randrange(len(days))
    kind = MINT_KINDS[mint % len(MINT_KINDS)]
    is_curve = kind.startswith("curve") or (kind == "migrates" and day_number * 2 < len(days))
    direction = rng.choice(("buy", "buy", "sell"))
    sol = rng.choice((1, 10**6, rng.randrange(1, 5 * 10**9), rng.randrange(1, 10**8)))
    # Prices within two decades, as a mint's are within a day; only dust is priced anyhow.
    units = max(1, int(sol * 10 ** rng.uniform(2.5, 4.5))) if sol > 1 else rng.choice((1, 10**6))
    sol = 0 if direction == "sell" and rng.random() < 0.15 else sol
    day = days[day_number]
    second = rng.choice((0, 0, 1, rng.randrange(86_400), 86_399))
    trade = {
        "traded_at": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second),
        "trader_address": f"trader-{rng.randrange(9)}",
        "token_mint": f"mint-{mint}",
        "direction": direction,
        "token_units": units,
        "sol_lamports": sol,
        "fee_lamports": rng.choice((None, None, sol // 100)),
        "venue": "pump_curve" if is_curve else "pumpswap",
    }
    if rng.random() < 0.7:
        trade |= {
            "signature": f"signature-{number}",
            "slot": second + 1,
            "tx_index": rng.choice((None, rng.randrange(9))),
        }
    if kind.endswith("reserves") or (kind == "migrates" and is_curve):
        trade |= {
            "virtual_sol_lamports": 30 * 10**9 + rng.randrange(10**9),
            "virtual_token_units": rng.randrange(10**9, 10**15),
        }
    return trade


def random_dumps(rng: Any, days: list[date], trades: int) -> dict[date, list[dict[str, Any]]]:
    """Draws a market's dumps by day: some trades land late, and some land again in a later dump."""
    dumps: dict[date, list[dict[str, Any]]] = {day: [] for day in days}
    for number in range(trades):
        trade = _random_trade(rng, days, number)
        traded = trade["traded_at"].date()
        later = [day for day in days if day >= traded]
        dumps[rng.choice(later) if rng.random() < 0.1 else traded].append(trade)
        if rng.random() < 0.05:
            dumps[rng.choice(later)].append(trade)
    for day in days:  # a daily source has no empty day
        quiet = {"traded_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "direction": "buy"}
        quiet |= {"trader_address": "quiet", "token_mint": "mint-0", "token_units": 5, "sol_lamports": 5}
        dumps[day].append({**quiet, "signature": f"quiet-{day}"})
    return dumps

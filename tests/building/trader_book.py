"""A trader's account and the state of mints, kept in Python's own integers from silver trades."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pumploss.money import (
    CURVE_PRODUCT,
    INITIAL_REAL_TOKEN_UNITS,
    INITIAL_VIRTUAL_SOL_LAMPORTS,
    INITIAL_VIRTUAL_TOKEN_UNITS,
)

LOWEST_CURVE_PRICE = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
HIGHEST_CURVE_PRICE = CURVE_PRODUCT / (INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS) ** 2


@dataclass
class Book:
    """A trader's account, kept lot by lot in Python's own integers."""

    lots: dict[str, deque] = field(default_factory=lambda: defaultdict(deque))
    totals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    values: dict[str, tuple[int, bool]] = field(default_factory=dict)
    mints: set[str] = field(default_factory=set)
    first: datetime | None = None
    known_at: datetime = datetime(1, 1, 1, tzinfo=UTC)

    def trade(self, row):
        """Take a trade; answers matched proceeds minus costs of buys, and the log of the holding time in millionths."""
        mint, at = row["token_mint"], row["traded_at"]
        self.totals["trade_count_close"] += 1
        self.totals["volume_close_lamports"] += row["sol_lamports"]
        self.totals["volume_squared_close"] += row["sol_lamports"] ** 2
        self.hours[at.hour] += 1
        self.first = min(self.first or at, at)
        self.mints.add(mint)
        if row["direction"] == "buy":
            cost = row["sol_lamports"] + row["fee_lamports"]
            self.lots[mint].append([row["token_units"], cost, at])
            return -cost, 0
        return self._sell(row, self.lots[mint])

    def _sell(self, row, lots):
        left, cost, held = row["token_units"], 0, 0
        while left and lots:
            units, lot_cost, bought_at = lots[0]
            part = min(left, units)
            share = lot_cost if part == units else lot_cost * part // units
            cost, left = cost + share, left - part
            held += part * ((row["traded_at"] - bought_at) // timedelta(microseconds=1))
            lots[0][0], lots[0][1] = units - part, lot_cost - share
            if part == units:
                lots.popleft()
        matched = row["token_units"] - left
        if not matched:
            return 0, 0
        net = row["sol_lamports"] - row["fee_lamports"]
        proceeds = abs(net) * matched // row["token_units"] * (1 if net >= 0 else -1)
        self.totals["matched_sell_count_close"] += 1
        self.totals["realised_pnl_close_lamports"] += proceeds - cost
        if proceeds < cost:
            self.totals["loss_count_close"] += 1
            self.totals["realised_loss_close_lamports"] += proceeds - cost
        return proceeds, round(math.log1p(held // matched / 1e6) * 1e6)

    def mark(self, mint, state):
        """Value what is held of a mint at its state at the close."""
        units = sum(lot[0] for lot in self.lots[mint])
        self.values[mint] = (exit_value(units, state), state["method"] == "last_price")

    def levels(self):
        """What `gold_trader_day` calls levels."""
        costs = {mint: sum(lot[1] for lot in lots) for mint, lots in self.lots.items() if lots}
        return {
            **dict.fromkeys(("realised_loss_close_lamports", "realised_pnl_close_lamports", "loss_count_close"), 0),
            "matched_sell_count_close": 0,
            **self.totals,
            "equity_close_lamports": sum(value for value, _ in self.values.values()),
            "equity_last_price_close_lamports": sum(value for value, is_last in self.values.values() if is_last),
            "open_cost_close_lamports": sum(costs.values()),
            "open_position_count_close": len(costs),
            "underwater_count_close": sum(self.values[mint][0] < cost for mint, cost in costs.items()),
            "underwater_cost_close_lamports": sum(cost for mint, cost in costs.items() if self.values[mint][0] < cost),
            "bag_count_close": sum(self.values[mint][0] * 10 < cost for mint, cost in costs.items()),
            "mint_count_close": len(self.mints),
            "trades_by_hour_close": list(self.hours),
            "first_traded_at_close": self.first,
        }


def exit_value(units, state):
    """Lamports that selling at once would bring, by the definition of semantics 7."""
    kept = 1.0 - state["fee"]
    if not units or state["method"] == "none":
        return 0
    if state["method"] == "last_price":
        ordered = sorted(state["recent"])
        middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        return min(math.floor(float(units) * middle * kept), 10**15)
    sol, tokens = map(float, state["reserves"])
    gross = sol * float(units) / (tokens + float(units))
    if state["venue"] == "pump_curve":
        gross = min(gross, max(sol - float(INITIAL_VIRTUAL_SOL_LAMPORTS), 0.0))
    return min(math.floor(gross * kept), 10**15)


def moved_state(state, trades, fee):
    """A mint's state at the close of a day, from the state before and the day's trades in order."""
    venue = trades[-1]["venue"]
    reserves = state.get("stated") if state.get("venue", venue) == venue else None
    stated = [row for row in trades if row["virtual_sol_lamports"] is not None]
    if stated:
        last = stated[-1]
        is_here = last["venue"] == venue
        reserves = (last["virtual_sol_lamports"], last["virtual_token_units"]) if is_here else None
    priced = [row for row in trades if row["sol_lamports"]]
    price = state.get("price")
    if priced:
        raw = float(priced[-1]["sol_lamports"]) / float(priced[-1]["token_units"])
        price = raw * (10.0**6 / 1e9)
    plain = [row for row in priced if row["virtual_sol_lamports"] is None and row["venue"] != "pump_curve"]
    recent = [*state.get("recent", []), *(float(r["sol_lamports"]) / float(r["token_units"]) for r in plain)][-5:]
    method, used = "none", None
    if reserves:
        method, used = "reserves", reserves
    elif venue == "pump_curve" and price is not None:
        raw = min(max(price * (1e9 / 10.0**6), LOWEST_CURVE_PRICE), HIGHEST_CURVE_PRICE)
        method = "curve_from_price"
        used = (round(math.sqrt(float(CURVE_PRODUCT) * raw)), round(math.sqrt(float(CURVE_PRODUCT) / raw)))
    elif recent:
        method = "last_price"
    return {
        "venue": venue,
        "stated": reserves,
        "reserves": used,
        "price": price,
        "recent": recent,
        "method": method,
        "fee": fee,
    }


def each_trader_day_is_what_a_book_in_python_says(read):
    """Positions, exit values, flows and levels of every trader and day, from silver trades alone."""
    fees = {(row["token_mint"], row["day"]): row["fee_close_share"] for row in read["gold_token_day"]}
    found = {(row["trader_address"], row["day"]): row for row in read["gold_trader_day"]}
    books, states, expected = defaultdict(Book), defaultdict(dict), {}
    for day in sorted({row["trade_date"] for row in read["silver_trades"]}):
        trades = sorted(
            (r for r in read["silver_trades"] if r["trade_date"] == day), key=lambda r: r["order_in_mint_day"]
        )
        by_mint = defaultdict(list)
        for row in trades:
            by_mint[row["token_mint"]].append(row)
        flows = _trade_all(books, trades)
        moved = _mark_all(books, states, by_mint, fees, day)
        for trader in flows.keys() | moved.keys():
            cash, hold, count = flows.get(trader, (0, 0, 0))
            expected[(trader, day)] = {
                **books[trader].levels(),
                "equity_change_lamports": cash + moved.get(trader, 0),
                "log_hold_sum": hold / 1e6,
                "trade_count": count,
            }
    assert found.keys() == expected.keys()
    for place, levels in expected.items():
        assert {name: found[place][name] for name in levels} == levels, place


def _trade_all(books, trades):
    """Cash, holding time and count of the day by trader."""
    flows = {}
    for row in trades:
        cash, hold, count = flows.get(row["trader_address"], (0, 0, 0))
        more, held = books[row["trader_address"]].trade(row)
        flows[row["trader_address"]] = (cash + more, hold + held, count + 1)
    return flows


def _mark_all(books, states, by_mint, fees, day):
    """Change of value by trader, of everyone who holds or held a mint that traded."""
    moved = defaultdict(int)
    for mint, rows in by_mint.items():
        states[mint] = moved_state(states[mint], rows, fees[(mint, day)])
        traded = {row["trader_address"] for row in rows}
        for trader, book in books.items():
            if trader in traded or book.lots[mint]:
                before = book.values.get(mint, (0, False))[0]
                book.mark(mint, states[mint])
                moved[trader] += book.values[mint][0] - before
    return moved

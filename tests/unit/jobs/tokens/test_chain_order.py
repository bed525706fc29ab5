"""Chain order: native numbers compare only where they count the same things, and what is inferred is flagged."""

from datetime import UTC, datetime

import pytest

from jobs import silver_trades
from jobs.tokens import chain_order
from pumploss.tables.bronze_trades import TABLE

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLAIN = {
    "traded_at": NOON, "token_mint": "m", "trader_address": "t", "source": "s",
    **dict.fromkeys(("slot", "tx_index", "event_index", "source_rank", "signature")),
}  # fmt: skip


def buy(trade_id, **given):
    return {"trade_id": trade_id, "direction": "buy", **given}


def sell(trade_id, **given):
    return {"trade_id": trade_id, "direction": "sell", **given}


#: Trades of one wallet in one mint and second; their order; those whose place is inferred.
CASES = {
    "without slots, tx_index 912 and 37 may be of two slots: the buy comes first": (
        [buy("z", tx_index=912, signature="S"), sell("a", tx_index=37, signature="T")], "za", "az",
    ),
    "without slots, event_index of two transactions says nothing": (
        [buy("z", event_index=7, signature="S"), sell("a", event_index=1, signature="T")], "za", "az",
    ),
    "within one signature event_index decides, even a sale before a buy": (
        [buy("a", event_index=7, signature="S"), sell("b", event_index=1, signature="S")], "ba", "",
    ),
    "within one slot tx_index decides": (
        [buy("a", slot=5, tx_index=9, signature="S"), sell("b", slot=5, tx_index=3, signature="T")], "ba", "",
    ),
    "slots come before tx_index": (
        [buy("b", slot=6, tx_index=1, signature="S"), sell("a", slot=5, tx_index=900, signature="T")], "ab", "",
    ),
    "within one slot without tx_index, event_index of two transactions says nothing": (
        [buy("z", slot=5, event_index=9, signature="S"), sell("a", slot=5, event_index=0, signature="T")], "za", "az",
    ),
    "an unsigned transaction is told by slot and tx_index": (
        [buy("a", slot=5, tx_index=2, event_index=4), sell("b", slot=5, tx_index=2, event_index=1)], "ba", "",
    ),
    "unsigned rows without slots are transactions of their own": (
        [buy("z", event_index=4), sell("a", event_index=1)], "za", "az",
    ),
    "two legs without numbers: the buy first": ([sell("a", signature="S"), buy("b", signature="S")], "ba", "ab"),
    "legs stay together: a transaction that begins with a sale comes after one that begins with a buy": (
        [
            sell("a", signature="S", event_index=0), buy("b", signature="S", event_index=1),
            buy("c", signature="T", event_index=5), sell("d", signature="T", event_index=6),
        ],
        "cdab", "ad",
    ),
    "who states no slot comes last in the second, inferred": (
        [buy("z", signature="S"), sell("a", slot=7, tx_index=1, signature="T")], "az", "az",
    ),
    "a source's own rank comes before what is inferred": (
        [sell("a", source_rank=1, signature="S"), buy("b", source_rank=2, signature="T")], "ab", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_places_in_a_mints_day(placed, name):
    trades, expected, inferred = CASES[name]
    rows = placed(*trades)
    assert "".join(sorted(rows, key=lambda row: rows[row]["order_in_mint_day"])) == expected
    assert {row for row, values in rows.items() if values["is_order_inferred"]} == set(inferred)


def test_without_loose_rows_fewer_columns_give_the_same(frame, rows_of):
    rows = [
        buy("c", slot=1, tx_index=2, event_index=0), sell("b", slot=1, tx_index=2, event_index=1),
        sell("d", slot=1, tx_index=1, event_index=9), buy("a", slot=2, tx_index=0, event_index=0),
        sell("f", slot=2, tx_index=0, event_index=0), buy("e", slot=9, tx_index=0, event_index=0, token_mint="n"),
    ]  # fmt: skip
    landed = frame(TABLE, *({**PLAIN, **row} for row in rows))
    assert not chain_order.is_loose(landed)
    assert chain_order.is_loose(frame(TABLE, {**PLAIN, **buy("a", slot=1, tx_index=2)}))
    few, all_of_them = (silver_trades.transform(landed, has_loose) for has_loose in (False, True))
    assert rows_of(few, "trade_id") == rows_of(all_of_them, "trade_id")
    without_copies = silver_trades.transform(landed, has_copies=False)
    assert rows_of(without_copies, "trade_id") == rows_of(all_of_them, "trade_id")


@pytest.fixture
def placed(frame, rows_of):
    """Rows of `silver_trades` by `trade_id`, from bronze rows of one wallet, mint and second unless told otherwise."""

    def placed(*rows):
        made = silver_trades.transform(frame(TABLE, *({**PLAIN, **row} for row in rows)))
        return {row["trade_id"]: row for row in rows_of(made, "trade_id")}

    return placed

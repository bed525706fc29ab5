"""Events packed from the published tables, in every version: what they are as trades and as facts about tokens."""

import hashlib
import struct
from datetime import UTC, datetime

import pytest

from pumploss.fees import estimate_fee
from sources.anchor import layouts
from sources.interpreting.addresses import encode
from tests.building.anchor_encoder import (
    CREATOR,
    EVENTS,
    MINT,
    NOBODY,
    POOL,
    SECOND,
    SIGNATURE,
    USDC,
    USER,
    WSOL,
    event,
    row_of,
)

AT = datetime.fromtimestamp(SECOND, UTC)
VERSIONS = [(name, count) for name, (_, _, _, counts) in EVENTS.items() for count in counts]
TRADE_VERSIONS = EVENTS["TradeEvent"][3]
SIZES = {"key": "pubkey", "text": "string", "Q": "u64", "q": "i64", "H": "u16", "holders": "holders"}


@pytest.mark.parametrize("name", EVENTS)
def test_discriminators_are_the_published_ones(name):
    published = EVENTS[name][2]
    assert hashlib.sha256(f"event:{name}".encode()).hexdigest()[:16] == published
    (known,) = (one for one in layouts.EVENTS if one.name == name)
    assert (known.discriminator.hex(), known.program) == (published, EVENTS[name][1])


def test_the_tag_of_a_self_call_is_the_one_that_warehouses_filter_on():
    assert (layouts.EVENT_TAG + layouts.TRADE.discriminator).hex() == "e445a52e51cb9a1dbddb7fd34ee661ee"


@pytest.mark.parametrize(("name", "count"), VERSIONS)
def test_layouts_have_the_published_fields(name, count):
    table, (known,) = EVENTS[name][0], [one for one in layouts.EVENTS if one.name == name]
    fields, ends = [], []
    for version in known.versions:
        fields += version
        ends.append(len(fields))
    kinds = {"B": ("bool", "u8")}
    assert count in ends
    for field, (published, kind) in zip(fields, table, strict=False):
        assert field.name == published
        assert field.type in kinds.get(kind, (SIZES.get(kind),)), field


@pytest.mark.parametrize(("count", "size"), [(8, 113), (10, 129), (16, 225), (21, 258)])
def test_versions_have_the_sizes_seen_on_chain(count, size):
    assert len(event("TradeEvent", count)) == size


@pytest.mark.parametrize("count", TRADE_VERSIONS)
def test_every_version_of_a_curve_trade(count):
    row = row_of(event("TradeEvent", count))
    has_fees = count >= 16
    assert (row["kind"], row["traded_at"], row["signature"]) == ("trade", AT, SIGNATURE)
    assert (row["slot"], row["tx_index"], row["event_index"]) == (390_000_001, 7, 0)
    assert (row["trader_address"], row["token_mint"]) == (encode(USER), encode(MINT))
    assert (row["direction"], row["token_units"], row["token_decimals"]) == ("buy", 34_612_903_225_806, 6)
    assert (row["sol_lamports"], row["amount_basis"]) == (1_000_000_000, "curve")
    assert row["fee_lamports"] == (12_500_000 if has_fees else estimate_fee("pump_curve", AT, 1_000_000_000))
    assert row["fee_source"] == ("event" if has_fees else "estimated")
    assert (row["virtual_sol_lamports"], row["virtual_token_units"]) == (31_000_000_000, 1_038_387_096_774_194)
    assert (row["venue"], row["is_decimals_assumed"], row["trailing_bytes"]) == ("pump_curve", False, 0)
    real = (1_000_000_000, 758_487_096_774_194) if count >= 10 else (None, None)
    assert (row["real_sol_lamports"], row["real_token_units"]) == real
    assert row["is_mayhem"] is (False if count >= 23 else None)
    assert row["event_kind"] is row["occurred_at"] is row["pool_address"] is row["quote_mint"] is None


#: What a curve trade states of real reserves, what is taken of it, and why.
REAL = [
    ({"real_sol_reserves": 0}, (0, 758_487_096_774_194), "nobody has paid in, or all of it is out again"),
    ({"real_token_reserves": 0}, (1_000_000_000, 0), "sold out"),
    ({"real_sol_reserves": 0, "real_token_reserves": 0}, (None, None), "a curve holds one or the other: padding"),
    ({"real_sol_reserves": 10**18 + 1}, (None, None), "more SOL than there is: bytes of something else"),
    ({"real_token_reserves": 2**63}, (None, None), "more units than fit: bytes of something else"),
    ({"virtual_sol_reserves": 900_000_000}, (1_000_000_000, 758_487_096_774_194), "rewritten virtual ones are above"),
]


@pytest.mark.parametrize(("stated", "real", "why"), REAL, ids=[why for _, _, why in REAL])
def test_real_reserves_of_a_curve_trade(stated, real, why):
    row = row_of(event("TradeEvent", **stated))
    assert row["kind"] == "trade", why
    assert (row["real_sol_lamports"], row["real_token_units"]) == real, why


def test_a_trade_of_a_mayhem_coin_says_so():
    assert row_of(event("TradeEvent", mayhem_mode=1))["is_mayhem"] is True


def test_rewritten_virtual_reserves_are_a_fact_of_the_token():
    row = row_of(event("UpdateMayhemVirtualParamsEvent"))
    assert (row["kind"], row["event_kind"], row["occurred_at"]) == ("event", "rewrite", AT)
    assert (row["token_mint"], row["is_mayhem"]) == (encode(MINT), True)
    assert (row["virtual_sol_lamports"], row["virtual_token_units"]) == (24_500_000_000, 990_000_000_000_000)
    assert (row["real_sol_lamports"], row["real_token_units"]) == (1_000_000_000, 758_487_096_774_194)
    for name in ("traded_at", "trader_address", "direction", "venue", "pool_address", "quote_mint", "token_decimals"):
        assert row[name] is None, name
    off = event("UpdateMayhemVirtualParamsEvent", timestamp=SECOND + 3601)
    assert row_of(off)["reason"] == "bad_timestamp"


def test_a_curve_sell():
    row = row_of(event("TradeEvent", is_buy=0))
    assert (row["direction"], row["sol_lamports"], row["fee_lamports"]) == ("sell", 1_000_000_000, 12_500_000)


def test_parts_of_fees_and_cashback_are_no_fees_on_top():
    row = row_of(event("TradeEvent", cashback=3_000_000, creator_fee=0, buyback_fee=4_750_000))
    assert row["fee_lamports"] == 9_500_000


@pytest.mark.parametrize("count", EVENTS["BuyEvent"][3])
def test_every_version_of_a_pool_buy(count):
    has_creator = count >= 23
    paid = {} if has_creator else {"user_quote_amount_in": 403_015_078}
    row = row_of(event("BuyEvent", count, **paid))
    assert (row["kind"], row["direction"], row["token_units"]) == ("trade", "buy", 5_000_000)
    assert (row["token_mint"], row["pool_address"], row["trader_address"]) == (None, encode(POOL), encode(USER))
    assert (row["sol_lamports"], row["fee_lamports"]) == (402_010_051, 1_206_033 if has_creator else 1_005_027)
    assert row["sol_lamports"] + row["fee_lamports"] == paid.get("user_quote_amount_in", 403_216_084)
    assert (row["virtual_token_units"], row["virtual_sol_lamports"]) == (995_000_000, 80_402_814_072)
    assert (row["venue"], row["fee_source"], row["token_decimals"]) == ("pumpswap", "event", 6)
    assert (row["real_token_units"], row["real_sol_lamports"]) == (995_000_000, 80_402_814_072)


@pytest.mark.parametrize("count", EVENTS["SellEvent"][3])
def test_every_version_of_a_pool_sell(count):
    has_creator = count >= 23
    received = {} if has_creator else {"user_quote_amount_out": 397_014_925}
    row = row_of(event("SellEvent", count, **received))
    assert (row["kind"], row["direction"], row["token_units"]) == ("trade", "sell", 5_000_000)
    assert (row["sol_lamports"], row["fee_lamports"]) == (398_009_950, 1_194_030 if has_creator else 995_025)
    assert row["sol_lamports"] - row["fee_lamports"] == received.get("user_quote_amount_out", 396_815_920)
    assert (row["virtual_token_units"], row["virtual_sol_lamports"]) == (1_005_000_000, 79_602_786_070)


def test_an_exact_quote_buy_states_its_two_amounts_the_other_way_round():
    swapped = {"quote_amount_in": 403_216_084, "user_quote_amount_in": 402_010_051, "ix_name": b"buy_exact_quote_in"}
    row, plain = row_of(event("BuyEvent", **swapped)), row_of(event("BuyEvent"))
    names = ("sol_lamports", "fee_lamports", "virtual_sol_lamports", "virtual_token_units")
    assert [row[name] for name in names] == [plain[name] for name in names]


def test_cashback_is_paid_but_no_cost():
    buy = event("BuyEvent", coin_creator_fee=0, cashback=201_006)
    sell = event("SellEvent", coin_creator_fee=0, cashback=199_005)
    assert [row_of(one)["fee_lamports"] for one in (buy, sell)] == [1_005_027, 995_025]


@pytest.mark.parametrize("virtual", [0, 17_584_505_294, -30_000_000])
def test_reserves_that_a_pool_only_counts_are_part_of_its_price(virtual):
    tail = virtual.to_bytes(16, "little", signed=True) + b"\1" + struct.pack("<QQQQ", 10**15, 95, 5, 7)
    buy, sell = row_of(event("BuyEvent") + tail), row_of(event("SellEvent") + tail)
    assert buy["virtual_sol_lamports"] == 80_402_814_072 + virtual
    assert sell["virtual_sol_lamports"] == 79_602_786_070 + virtual
    assert (buy["real_sol_lamports"], sell["real_sol_lamports"]) == (80_402_814_072, 79_602_786_070)
    assert buy["trailing_bytes"] == sell["trailing_bytes"] == 0


@pytest.mark.parametrize(
    "tail", [b"\xab" * 16, b"\xff" * 40, bytes(15) + b"\x7f", (-(10**12)).to_bytes(16, "little", signed=True)]
)
def test_what_makes_no_sense_behind_the_published_fields_changes_no_reserves(tail):
    row = row_of(event("BuyEvent") + tail)
    believed = -1 if tail == b"\xff" * 40 else 0
    assert row["virtual_sol_lamports"] == 80_402_814_072 + believed
    assert believed or row["trailing_bytes"] > 0


@pytest.mark.parametrize("count", EVENTS["CreateEvent"][3])
def test_every_version_of_a_launch(count):
    row = row_of(event("CreateEvent", count))
    assert (row["kind"], row["event_kind"], row["occurred_at"]) == ("event", "create", AT)
    assert (row["token_mint"], row["quote_mint"], row["token_decimals"]) == (encode(MINT), encode(WSOL), 6)
    assert row["creator_address"] == encode(CREATOR if count >= 8 else USER)
    assert row["is_mayhem"] is (False if count >= 14 else None)
    assert row_of(event("CreateEvent", is_mayhem_mode=1))["is_mayhem"] is True
    assert (row["signature"], row["slot"], row["tx_index"], row["event_index"]) == (SIGNATURE, 390_000_001, 7, 0)
    for name in ("traded_at", "trader_address", "direction", "sol_lamports", "fee_lamports", "venue", "pool_address"):
        assert row[name] is None, name


def test_a_launch_in_dollars_says_so():
    assert row_of(event("CreateEvent", quote_mint=USDC))["quote_mint"] == encode(USDC)


@pytest.mark.parametrize("count", EVENTS["CompleteEvent"][3])
def test_every_version_of_a_completion(count):
    row = row_of(event("CompleteEvent", count))
    assert (row["kind"], row["event_kind"], row["token_mint"]) == ("event", "complete", encode(MINT))
    assert (row["quote_mint"], row["creator_address"], row["pool_address"]) == (encode(WSOL), None, None)


@pytest.mark.parametrize("count", EVENTS["CompletePumpAmmMigrationEvent"][3])
def test_every_version_of_a_migration(count):
    row = row_of(event("CompletePumpAmmMigrationEvent", count))
    assert (row["event_kind"], row["token_mint"], row["pool_address"]) == ("migrate", encode(MINT), encode(POOL))


@pytest.mark.parametrize("count", EVENTS["CreatePoolEvent"][3])
def test_every_version_of_a_new_pool(count):
    row = row_of(event("CreatePoolEvent", count, base_mint_decimals=9, quote_mint=USDC))
    assert (row["event_kind"], row["token_mint"], row["pool_address"]) == ("create_pool", encode(MINT), encode(POOL))
    assert (row["token_decimals"], row["quote_mint"]) == (9, encode(USDC))
    assert row["creator_address"] == encode(CREATOR if count >= 20 else USER)
    assert row_of(event("CreatePoolEvent", coin_creator=NOBODY))["creator_address"] == encode(USER)


@pytest.mark.parametrize(
    ("base", "quote", "expected", "why"),
    [
        (MINT, WSOL, (MINT, WSOL, 5, False), "a coin against SOL"),
        (WSOL, MINT, (MINT, WSOL, 8, True), "SOL against a coin: turned round, with the coin's decimals"),
        (MINT, USDC, (MINT, USDC, 5, False), "a coin against dollars"),
        (USDC, MINT, (USDC, MINT, 5, False), "dollars against a coin: not paid in SOL either way"),
        (WSOL, USDC, (WSOL, USDC, 5, False), "two quote assets"),
        (WSOL, NOBODY, (WSOL, WSOL, 5, False), "nothing stated is SOL"),
    ],
)
def test_a_pool_whose_base_is_sol_is_turned_round(base, quote, expected, why):
    decimals = {"base_mint_decimals": 5, "quote_mint_decimals": 8}
    row = row_of(event("CreatePoolEvent", base_mint=base, quote_mint=quote, **decimals))
    token, against, places, is_reversed = expected
    assert (row["token_mint"], row["quote_mint"]) == (encode(token), encode(against)), why
    assert (row["token_decimals"], row["is_pool_reversed"]) == (places, is_reversed), why

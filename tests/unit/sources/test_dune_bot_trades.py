"""Dune's bot tables: decimal text, two time forms in one row, projects, and hops."""

from datetime import UTC, datetime

import pytest

SOL = "So11111111111111111111111111111111111111112"
USDT = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
COIN = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
OTHER = "8N3yydHxTEQs41fnzE611FmWBQZjixTXS4SSGprb7Ubo"
BUY = {
    "block_time": "2024-12-04 19:50:20.000 UTC",
    "block_date": "2024-12-04 00:00:00.000 UTC",
    "block_month": "2024-12-01",
    "bot": "Nova",
    "blockchain": "solana",
    "amount_usd": "",
    "type": "Buy",
    "token_bought_amount": "276314.421934",
    "token_bought_symbol": "빌리",
    "token_bought_address": COIN,
    "token_sold_amount": "0.020008291",
    "token_sold_symbol": "SOL",
    "token_sold_address": SOL,
    "fee_usd": "1.2",
    "fee_token_amount": "6.0E-4",
    "fee_token_symbol": "SOL",
    "fee_token_address": SOL,
    "project": "pumpdotfun",
    "version": "1",
    "token_pair": "SOL-Int",
    "project_contract_address": OTHER,
    "user": "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp",
    "tx_id": "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71",
    "tx_index": "1626",
    "outer_instruction_index": "4",
    "inner_instruction_index": "3",
    "is_last_trade_in_transaction": "true",
}
SELL = {
    "type": "Sell",
    "token_bought_amount": "4.557E-6",
    "token_bought_address": SOL,
    "token_sold_amount": "2.2909803764E7",
    "token_sold_address": COIN,
}


@pytest.fixture
def trade(parse, as_csv):
    def trade(**changed):
        (found,) = parse("dune_bot_trades", "a.csv", as_csv([{**BUY, **changed}])).trades
        return found

    return trade


def test_every_field_is_mapped_or_ignored(trade):
    found = trade()
    assert found["traded_at"] == datetime(2024, 12, 4, 19, 50, 20, tzinfo=UTC)
    assert (found["slot"], found["tx_index"], found["event_index"]) == (None, 1626, 4003)
    assert (found["signature"], found["trader_address"], found["token_mint"]) == (BUY["tx_id"], BUY["user"], COIN)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("buy", 276314421934, 20008291)
    assert (found["token_decimals"], found["is_decimals_assumed"]) == (6, False)
    assert (found["fee_lamports"], found["fee_source"]) == (200082, "estimated")
    assert (found["amount_basis"], found["venue"]) == ("curve", "pump_curve")


def test_a_sell_with_exponents(trade):
    found = trade(**SELL)
    assert (found["direction"], found["token_units"], found["sol_lamports"]) == ("sell", 22909803764000, 4557)


def test_the_bot_s_own_charge_is_no_fee_of_the_trade(trade):
    assert trade(fee_token_amount="0.5")["fee_lamports"] == trade(fee_token_amount="0")["fee_lamports"]


def test_nine_decimals_are_assumed_of_a_mint_that_is_not_pump_s(trade):
    found = trade(token_bought_address=OTHER, project="pumpswap", token_bought_amount="1.000000001")
    assert (found["token_units"], found["token_decimals"], found["is_decimals_assumed"]) == (1000000001, 9, True)
    assert found["venue"] == "pumpswap"


@pytest.mark.parametrize(
    ("project", "version", "venue", "fee"),
    [
        ("pumpdotfun", "1", "pump_curve", (200082, "estimated", "curve")),
        ("pumpswap", "1", "pumpswap", (50022, "estimated", "curve")),
        ("raydium", "4", "raydium", (0, "included", "balance_delta")),
        ("raydium", "launchlab", "launchlab", (0, "included", "balance_delta")),
        ("raydium_launchlab", "1", "launchlab", (0, "included", "balance_delta")),
        ("meteora", "launchlab", "meteora", (0, "included", "balance_delta")),
    ],
)
def test_where_the_fee_is_follows_from_the_venue(trade, project, version, venue, fee):
    found = trade(project=project, version=version)
    assert found["venue"] == venue
    assert (found["fee_lamports"], found["fee_source"], found["amount_basis"]) == fee
    assert found["sol_lamports"] == 20008291


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (SELL, None),
        ({**SELL, "type": "Buy"}, "unknown_direction"),
        ({"type": "Sell"}, "unknown_direction"),
        ({"type": "Swap"}, "unknown_direction"),
        ({"project": "raydium"}, None),
        ({"project": "meteora", "version": "2"}, None),
        ({"project": "raydium", "version": ""}, None),
        ({"project": "whirlpool"}, "unknown_venue"),
        ({"project": "raydium", "token_sold_address": USDT}, "non_sol_quote"),
        ({"project": "lifinity", "token_bought_address": USDT}, "quote_leg"),
        ({"project": "pumpswap"}, None),
        ({"is_last_trade_in_transaction": "false"}, None),
        ({"token_bought_amount": "0.0000001"}, "precision"),
        ({"token_sold_amount": "1e-10"}, "precision"),
        ({"token_sold_amount": "0"}, "zero_amount"),
        ({"token_bought_amount": "0.0"}, "zero_amount"),
        ({**SELL, "token_bought_amount": "0.0"}, None),
        ({"token_sold_amount": "-0.1"}, "sign"),
        ({"token_sold_amount": "1e30"}, "overflow"),
        ({"token_sold_amount": "NaN"}, "malformed"),
        ({"token_sold_amount": ""}, "missing_field"),
        ({"block_time": "2024-12-04"}, "bad_timestamp"),
        ({"block_time": "2024-02-30 00:00:00.000 UTC"}, "bad_timestamp"),
        ({"user": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}, "bad_address"),
        ({"tx_id": ""}, "missing_field"),
        ({"block_date": "", "token_pair": "", "token_bought_symbol": ""}, None),
    ],
)
def test_reason(parse, as_csv, changed, reason):
    parsed = parse("dune_bot_trades", "a.csv", as_csv([BUY, {**BUY, **changed}]))
    assert parsed.file["records"] == 2
    assert parsed.refused == ([(3, reason)] if reason else [])

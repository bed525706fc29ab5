"""Trades as warehouses and samples export them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.sample_trades import MIDNIGHT, Trade, whole

_SOL, _NATIVE = "So11111111111111111111111111111111111111112", "1" * 32


def _bitquery_trades(trade: Trade) -> dict[str, Any]:
    coin = {
        "Amount": trade.tokens,
        "Currency_MintAddress": trade.mint,
        "Currency_Decimals": 6,
        "Currency_Symbol": "COIN",
        "Currency_Name": "a coin",
        "Account_Token_Owner": trade.wallet,
        "Account_Address": trade.wallet[::-1],
        "Price": 0.0000283,
    }
    sol = {
        "Amount": trade.sol,
        "Currency_MintAddress": _NATIVE,
        "Currency_Decimals": 9,
        "Currency_Symbol": "SOL",
        "Currency_Name": "Solana",
        "Account_Token_Owner": "",
        "Account_Address": trade.pool,
        "Price": 35335.68,
    }
    bought, sold = (coin, sol) if trade.is_buy else (sol, coin)
    return {
        "Block_Date": MIDNIGHT * 1000,
        "Block_Height": trade.slot - 20_000_000,
        "Block_Slot": trade.slot,
        "Block_Time": trade.second,
        "Instruction_Index": trade.outer,
        "Instruction_ExternalSeqNumber": trade.outer,
        "Instruction_InternalSeqNumber": trade.inner,
        "Instruction_Program_Method": "buy" if trade.is_buy else "sell",
        **{f"Trade_Buy_{field}": value for field, value in bought.items()},
        **{f"Trade_Sell_{field}": value for field, value in sold.items()},
        "Trade_Dex_ProgramAddress": trade.program,
        "Trade_Dex_ProtocolName": "pump",
        "Trade_Index": 0,
        "Trade_Market_MarketAddress": trade.pool,
        "Transaction_Fee": "0.000005",
        "Transaction_FeePayer": trade.wallet,
        "Transaction_Index": trade.tx_index,
        "Transaction_Result_Success": "true",
        "Transaction_Signature": trade.signature,
        "Transaction_Signer": trade.wallet,
    }


def _sides(trade: Trade, field: str, coin: object, sol: object) -> dict[str, Any]:
    """What Dune says of both sides: `field` holds `{}` for bought or sold."""
    bought, sold = (coin, sol) if trade.is_buy else (sol, coin)
    return {field.format("bought"): bought, field.format("sold"): sold}


def _dune_trades(trade: Trade) -> dict[str, Any]:
    return {
        "blockchain": "solana",
        "project": "pumpdotfun" if trade.is_curve else "pumpswap",
        "version": 1,
        "block_month": trade.at("%Y-%m-01"),
        "block_date": trade.at("%Y-%m-%d"),
        "block_time": trade.at("%Y-%m-%d %H:%M:%S.000 UTC"),
        "block_slot": trade.slot,
        "trade_source": "direct",
        **_sides(trade, "token_{}_amount_raw", trade.token_units, trade.sol_lamports),
        **_sides(trade, "token_{}_amount", trade.tokens, trade.sol),
        **_sides(trade, "token_{}_symbol", "COIN", "SOL"),
        **_sides(trade, "token_{}_mint_address", trade.mint, _SOL),
        "token_pair": "COIN-SOL",
        "fee_tier": "0.01",
        "amount_usd": whole(trade.sol_lamports * 150, 9),
        "project_program_id": trade.pool,
        "project_main_id": trade.program,
        "trader_id": trade.wallet,
        "tx_id": trade.signature,
        "outer_instruction_index": trade.outer,
        "inner_instruction_index": trade.inner,
        "tx_index": trade.tx_index,
        "_updated_at": trade.at("%Y-%m-%d 23:%M:%S.123 UTC"),
    }


def _dune_bot_trades(trade: Trade) -> dict[str, Any]:
    return {
        "block_time": trade.at("%Y-%m-%d %H:%M:%S.000 UTC"),
        "block_date": trade.at("%Y-%m-%d 00:00:00.000 UTC"),
        "block_month": trade.at("%Y-%m-01 00:00:00.000 UTC"),
        "bot": "a bot",
        "blockchain": "solana",
        "amount_usd": whole(trade.sol_lamports * 150, 9),
        "type": "Buy" if trade.is_buy else "Sell",
        **_sides(trade, "token_{}_amount", trade.tokens, trade.sol),
        **_sides(trade, "token_{}_symbol", "COIN", "SOL"),
        **_sides(trade, "token_{}_address", trade.mint, _SOL),
        "fee_token_amount": whole(trade.sol_lamports // 100, 9),
        "fee_token_symbol": "SOL",
        "fee_token_address": _SOL,
        "project": "pumpdotfun" if trade.is_curve else "pumpswap",
        "version": 1,
        "token_pair": "COIN-SOL",
        "project_contract_address": trade.pool,
        "user": trade.wallet,
        "tx_id": trade.signature,
        "tx_index": trade.tx_index,
        "outer_instruction_index": trade.outer,
        "inner_instruction_index": trade.inner,
        "is_last_trade_in_transaction": True,
    }


def _flipside_swaps(trade: Trade) -> dict[str, Any]:
    coin, sol = ("to", "from") if trade.is_buy else ("from", "to")
    return {
        "block_timestamp": trade.at("%Y-%m-%d %H:%M:%S.000 UTC"),
        "block_id": trade.slot,
        "tx_id": trade.signature,
        "succeeded": True,
        "swapper": trade.wallet,
        f"swap_{coin}_amount": _number(trade.tokens),
        f"swap_{coin}_mint": trade.mint,
        f"swap_{sol}_amount": _number(trade.sol),
        f"swap_{sol}_mint": _SOL,
        "program_id": trade.program,
        "swap_program": "pump.fun" if trade.is_curve else "pumpswap",
        "swap_index": trade.outer,
        "fact_swaps_id": f"{trade.number:032x}",
        "inserted_timestamp": trade.at("%Y-%m-%d 23:%M:%S.000 UTC"),
        "modified_timestamp": trade.at("%Y-%m-%d 23:%M:%S.000 UTC"),
    }


def _number(text: str) -> float:
    """The shortest binary number that reads as the text: exact for up to 15 digits."""
    return float(Decimal(text))


def _curve_deltas(trade: Trade) -> dict[str, Any]:
    sign = 1 if trade.is_buy else -1
    return {
        "ts": trade.second,
        "mint": trade.mint,
        "signer": trade.wallet,
        "kind": "achat" if trade.is_buy else "vente",
        "token_delta": whole(trade.token_units, 6) if sign > 0 else "-" + trade.tokens,
        "sol_delta": "-" + trade.sol if sign > 0 else trade.sol,
        "sig": trade.signature,
        "rank_tx": trade.number + 1,
    }


def _pumpswap_capture(trade: Trade) -> dict[str, Any]:
    return {
        "ts": trade.second,
        "mint": trade.mint,
        "created": MIDNIGHT,
        "pool": trade.pool,
        "trader": trade.wallet,
        "side": "buy" if trade.is_buy else "sell",
        "tokens": whole(trade.token_units // 10**4 + 1, 2),
        "sol": whole(trade.sol_lamports // 10**5 + 1, 4),
        "price": "2.8e-08",
        "sig": trade.signature if trade.number % 4 == 0 else None,
        "src": "PUMP_AMM",
    }


WRITERS: dict[str, Callable[[Trade], dict[str, Any]]] = {
    "bitquery_trades": _bitquery_trades,
    "dune_trades": _dune_trades,
    "dune_bot_trades": _dune_bot_trades,
    "flipside_swaps": _flipside_swaps,
    "curve_deltas": _curve_deltas,
    "pumpswap_capture": _pumpswap_capture,
}

"""Trades as feeds write them, in the values that their JSON holds."""

import base64
import struct
from collections.abc import Callable
from typing import Any

from benchmarks.sample_trades import Trade
from sources.anchor.layouts import COMPLETE, TRADE
from sources.interpreting.addresses import decode

_TRADES_PER_EVENT = 97


def _anchor_events(trade: Trade) -> dict[str, Any]:
    user, mint = decode(trade.wallet), decode(trade.mint)
    if trade.number % _TRADES_PER_EVENT:
        event = TRADE
        amounts = struct.pack("<QQ?", trade.sol_lamports, trade.token_units, trade.is_buy)
        reserves = struct.pack("<qQQ", trade.second, 30 * 10**9 + trade.sol_lamports, 10**15 - trade.token_units)
        body = mint + amounts + user + reserves + struct.pack("<QQ", trade.sol_lamports, 0)
    else:
        event = COMPLETE
        body = user + mint + decode(trade.pool) + struct.pack("<q", trade.second)
    data = event.discriminator + body
    return {
        "signature": trade.signature,
        "slot": trade.slot,
        "block_time": trade.second,
        "tx_index": trade.tx_index,
        "event_index": trade.outer,
        "program": event.program,
        "data": base64.b64encode(data).decode() if trade.number % 2 else data.hex(),
        "encoding": "base64" if trade.number % 2 else "hex",
    }


def _canonical(trade: Trade) -> dict[str, Any]:
    return {
        "traded_at": trade.at("%Y-%m-%dT%H:%M:%SZ"),
        "slot": trade.slot,
        "tx_index": trade.tx_index,
        "event_index": trade.outer,
        "signature": trade.signature,
        "trader_address": trade.wallet,
        "token_mint": trade.mint,
        "direction": "buy" if trade.is_buy else "sell",
        "token_units": trade.token_units,
        "token_decimals": 6,
        "sol_lamports": trade.sol_lamports,
        "fee_lamports": trade.sol_lamports // 100 if trade.number % 2 else None,
        "virtual_sol_lamports": 30 * 10**9 + trade.sol_lamports if trade.is_curve else None,
        "virtual_token_units": 10**15 - trade.token_units if trade.is_curve else None,
        "venue": "pump_curve" if trade.is_curve else "pumpswap",
    }


def _pumpfun_api(trade: Trade) -> dict[str, Any]:
    return {
        "signature": trade.signature,
        "mint": trade.mint,
        "sol_amount": trade.sol_lamports,
        "token_amount": trade.token_units,
        "is_buy": trade.is_buy,
        "user": trade.wallet,
        "timestamp": trade.second,
        "tx_index": trade.tx_index,
        "username": None if trade.number % 3 else f"trader{trade.number % 997}",
        "profile_image": None if trade.number % 7 else f"https://ipfs.example/ipfs/{trade.pool}",
        "slot": trade.slot,
    }


def _pumpportal(trade: Trade) -> dict[str, Any]:
    venue = {"bondingCurveKey": trade.pool, "vTokensInBondingCurve": 1e9 - float(trade.tokens)}
    return {
        "received_at": trade.second * 1000 + trade.number % 1000,
        "signature": trade.signature,
        "mint": trade.mint,
        "traderPublicKey": trade.wallet,
        "txType": "buy" if trade.is_buy else "sell",
        "tokenAmount": float(trade.tokens),
        "solAmount": float(trade.sol),
        "newTokenBalance": float(trade.tokens),
        **({**venue, "vSolInBondingCurve": 30 + float(trade.sol)} if trade.is_curve else {"solInPool": 85.5}),
        "marketCapSol": 27.958993476234856 + trade.number % 400,
        "pool": "pump" if trade.is_curve else "pump-amm",
    }


def _helius_enhanced(trade: Trade) -> dict[str, Any]:
    sign = 1 if trade.is_buy else -1
    raw = {"tokenAmount": str(sign * trade.token_units), "decimals": 6}
    owners = ((trade.wallet, raw), (trade.pool, {**raw, "tokenAmount": str(-sign * trade.token_units)}))
    tokens = [
        {"userAccount": owner, "tokenAccount": trade.pool[::-1][:43], "rawTokenAmount": amount, "mint": trade.mint}
        for owner, amount in owners
    ]
    return {
        "description": f"swapped {trade.tokens}",
        "type": "SWAP",
        "source": "PUMP_FUN" if trade.is_curve else "PUMP_AMM",
        "fee": 5000,
        "feePayer": trade.wallet,
        "signature": trade.signature,
        "slot": trade.slot,
        "timestamp": trade.second,
        "tokenTransfers": [{"mint": trade.mint, "tokenAmount": float(trade.tokens), "tokenStandard": "Fungible"}],
        "nativeTransfers": [{"fromUserAccount": trade.wallet, "amount": trade.sol_lamports}],
        "accountData": [
            {
                "account": trade.wallet,
                "nativeBalanceChange": -sign * trade.sol_lamports - 5000,
                "tokenBalanceChanges": [],
            },
            {"account": trade.pool, "nativeBalanceChange": sign * trade.sol_lamports, "tokenBalanceChanges": tokens},
            {"account": trade.program, "nativeBalanceChange": 0, "tokenBalanceChanges": []},
        ],
        "transactionError": None,
        "events": {},
    }


WRITERS: dict[str, Callable[[Trade], dict[str, Any]]] = {
    "anchor_events": _anchor_events,
    "canonical": _canonical,
    "pumpfun_api": _pumpfun_api,
    "pumpportal": _pumpportal,
    "helius_enhanced": _helius_enhanced,
}

"""`bitquery_trades`: Bitquery's dumps of pump.fun trades, a sample.

Units: `Trade_Buy_Amount` and `Trade_Sell_Amount` are decimal text in whole units; each side states its mint's decimals
beside it, and SOL must have 9. `Transaction_Fee` is the network's. On the curve and PumpSwap amounts are fee-exclusive
and fees are estimated from the dated fee table; of other venues' pools they are what moved, fee inside (`included`).
Time: `Block_Time` in unix seconds (`Block_Date`, in the same row, is in milliseconds and left out).
Identity: `Transaction_Signature`; one transaction may hold several trades.
Order: Block_Time, Block_Slot, Transaction_Index, then outer (`Instruction_ExternalSeqNumber`) and inner
(`Instruction_InternalSeqNumber`) place of the instruction.
Direction: Buy and Sell are the two sides of one trade: a buy is a row whose Sell side is SOL, which is `111...111` when
native. The trader is the owner of the token account on the coin's side: signer and fee payer may be a relayer.
`Transaction_Result_Success` is text; "false" is `failed`. `Trade_Dex_ProgramAddress` is the venue's program.
Left out: names, symbols, prices and USD values (follow from the amounts, from floats), creators, collections and
standards of the currencies, orders (no order books here), the market's address, the instruction's own name and path.
"""

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.money import SOL_DECIMALS
from pumploss.reasons import Reason
from sources.declaration import Arrival, Basis, Format, Source
from sources.interpreting.casts import MAX_DECIMALS
from sources.interpreting.rows import Rows
from sources.interpreting.swaps import LEG_DECIMALS, Swap, hop, swap, traded

_SIDES = ("Trade_Buy", "Trade_Sell")


def interpret(rows: Rows) -> dict[str, pa.Array]:
    """The trades of a block, in bronze columns."""
    success = rows.choice("Transaction_Result_Success", {"true": "true", "false": "false"}, Reason.MALFORMED)
    rows.refuse(pc.equal(success, "false"), Reason.FAILED, "Transaction_Result_Success")
    swapped = swap(rows, ("Trade_Buy_Currency_MintAddress", "Trade_Sell_Currency_MintAddress"))
    venue = rows.program("Trade_Dex_ProgramAddress")
    traded_at = rows.instant("Block_Time")
    stated, names = _decimals(rows, swapped), ("Trade_Buy_Amount", "Trade_Sell_Amount")
    amounts = [rows.units_at(name, places) for name, places in zip(names, stated, strict=True)]
    decimals = (pc.if_else(swapped.is_buy, *stated), rows.same(False, pa.bool_()))
    owners = [rows.address(f"{side}_Account_Token_Owner") for side in _SIDES]
    rows.require("Trade_Buy_Account_Token_Owner", swapped.is_buy)
    rows.require("Trade_Sell_Account_Token_Owner", pc.invert(swapped.is_buy))
    columns = {
        "slot": rows.integer("Block_Slot"),
        "tx_index": rows.integer("Transaction_Index"),
        "event_index": rows.event_index("Instruction_ExternalSeqNumber", "Instruction_InternalSeqNumber"),
        "signature": rows.signature("Transaction_Signature"),
        "trader_address": pc.if_else(pc.coalesce(swapped.is_buy, swapped.is_between), *owners),
        **traded(rows, swapped, venue, traded_at, decimals, (names, amounts)),
    }
    return hop(rows, swapped, columns, names, LEG_DECIMALS)


def _decimals(rows: Rows, swapped: Swap) -> list[pa.Int64Array]:
    """The stated decimals of what was bought and sold, NULL where they cannot be (`malformed`)."""
    found = []
    for side, is_sol in zip(_SIDES, (pc.invert(swapped.is_buy), swapped.is_buy), strict=True):
        name = f"{side}_Currency_Decimals"
        decimals = rows.integer(name)
        is_strange = pc.if_else(is_sol, pc.not_equal(decimals, SOL_DECIMALS), pc.greater(decimals, MAX_DECIMALS))
        rows.refuse(is_strange, Reason.MALFORMED, name)
        is_usable = pc.and_(pc.greater_equal(decimals, 0), pc.less_equal(decimals, MAX_DECIMALS))
        found.append(pc.if_else(is_usable, decimals, None))
    return found


def _of_both_sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{side}_{name}" for side in _SIDES for name in names)


SOURCE = Source(
    name="bitquery_trades",
    arrival=Arrival.SAMPLE,
    formats=(Format.JSONL, Format.PARQUET),
    fields=(
        "Block_Slot",
        "Block_Time",
        "Instruction_ExternalSeqNumber",
        "Instruction_InternalSeqNumber",
        *_of_both_sides("Amount", "Currency_MintAddress", "Currency_Decimals", "Account_Token_Owner"),
        "Trade_Dex_ProgramAddress",
        "Transaction_Index",
        "Transaction_Result_Success",
        "Transaction_Signature",
    ),
    ignored=(
        "Block_Date",
        "Block_Height",
        "Instruction_CallPath",
        "Instruction_Index",
        "Instruction_Program_Address",
        "Instruction_Program_Method",
        "Instruction_Program_Name",
        *_of_both_sides(
            "Account_Address",
            "AmountInUSD",
            "Currency_CollectionAddress",
            "Currency_EditionNonce",
            "Currency_Fungible",
            "Currency_MetadataAddress",
            "Currency_Name",
            "Currency_ProgramAddress",
            "Currency_SellerFeeBasisPoints",
            "Currency_Symbol",
            "Currency_TokenCreator_Address",
            "Currency_TokenStandard",
            "Currency_Uri",
            "Currency_UpdateAuthority",
            "Currency_VerifiedCollection",
            "Order_Account",
            "Order_BuySide",
            "Order_LimitAmount",
            "Order_LimitPrice",
            "Order_Mint",
            "Order_OrderId",
            "Order_Owner",
            "Order_Payer",
            "Price",
            "PriceInUSD",
        ),
        "Trade_Dex_ProtocolFamily",
        "Trade_Dex_ProtocolName",
        "Trade_Index",
        "Trade_Market_MarketAddress",
        "Trade_PriceAsymmetry",
        "Transaction_Fee",
        "Transaction_FeeInUSD",
        "Transaction_FeePayer",
        "Transaction_Signer",
    ),
    optional=(
        "Transaction_Index",
        "Instruction_InternalSeqNumber",
        "Trade_Buy_Account_Token_Owner",
        "Trade_Sell_Account_Token_Owner",
    ),
    time_field="Block_Time",
    precedence=5,
    decimals=Basis.STATED,
    is_in_tokens=True,
    interpret=interpret,
    units="decimal text in whole SOL and whole tokens, decimals stated per side; fees as in `dune_trades`",
    identity="signature",
    order="Block_Time, Block_Slot, Transaction_Index, outer and inner instruction",
)

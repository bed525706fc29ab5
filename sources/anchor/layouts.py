"""Events of the pump and PumpSwap programs: their names, fields and types, in the order of the bytes.

Borsh: little-endian, no padding, a string or vector behind its length as u32. Fields were only ever appended; each line
of an event is what one version of its program added. Sources: the IDLs of `pump-fun/pump-public-docs` (`idl/pump.json`
and `idl/pump_amm.json`, every commit from 2025-04-04 to 2026-05-19), the IDL of 2024 in `chainstacklabs/pump-fun-bot`,
and for what came later that repository's `HOLDER_REWARDS_README`, `NEGATIVE_VIRTUAL_QUOTE_RESERVES` and `TRADE_V3`,
compared with public events of August to October 2026.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

PUMP = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
PUMP_AMM = "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"

#: Stands before the discriminator where an event was emitted as a call of the program to itself.
EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
TAG_BYTES = 8


@dataclass(frozen=True)
class Field:
    """One field: its name and `pubkey`, `u64`, `i64`, `i128`, `u16`, `u8`, `bool`, `string` or `holders`."""

    name: str
    type: str


@dataclass(frozen=True)
class Event:
    """One event: the fields of its first version, then what each later version appended."""

    program: str
    name: str
    versions: tuple[tuple[Field, ...], ...]

    @cached_property
    def discriminator(self) -> bytes:
        """The eight bytes that the event begins with."""
        return discriminator(self.name)


def discriminator(name: str) -> bytes:
    """The eight bytes that an event of this name begins with."""
    return hashlib.sha256(f"event:{name}".encode()).digest()[:TAG_BYTES]


def _event(program: str, name: str, *versions: str) -> Event:
    """An event from its fields as text, `name:type` each; a name without a type is of type u64."""
    parsed = ((field.partition(":") for field in version.split()) for version in versions)
    return Event(program, name, tuple(tuple(Field(f[0], f[2] or "u64") for f in fields) for fields in parsed))


TRADE = _event(
    PUMP,
    "TradeEvent",
    "mint:pubkey sol_amount token_amount is_buy:bool user:pubkey timestamp:i64 virtual_sol_reserves"
    " virtual_token_reserves",
    "real_sol_reserves real_token_reserves",
    "fee_recipient:pubkey fee_basis_points fee creator:pubkey creator_fee_basis_points creator_fee",
    "track_volume:bool total_unclaimed_tokens total_claimed_tokens current_sol_volume last_update_timestamp:i64",
    "ix_name:string",
    "mayhem_mode:bool",
    "cashback_fee_basis_points cashback",
    "buyback_fee_basis_points buyback_fee shareholders:holders quote_mint:pubkey quote_amount virtual_quote_reserves"
    " real_quote_reserves",
    "holder_rewards_bps holder_rewards",
    "creator_fee_unclaimed",
)

CREATE = _event(
    PUMP,
    "CreateEvent",
    "name:string symbol:string uri:string mint:pubkey bonding_curve:pubkey user:pubkey",
    "creator:pubkey timestamp:i64",
    "virtual_token_reserves virtual_sol_reserves real_token_reserves token_total_supply",
    "token_program:pubkey is_mayhem_mode:bool",
    "is_cashback_enabled:bool",
    "quote_mint:pubkey virtual_quote_reserves",
    "creator_fee_bps is_holder_reward:u8",
)

COMPLETE = _event(
    PUMP, "CompleteEvent", "user:pubkey mint:pubkey bonding_curve:pubkey timestamp:i64", "quote_mint:pubkey"
)

MIGRATE = _event(
    PUMP,
    "CompletePumpAmmMigrationEvent",
    "user:pubkey mint:pubkey mint_amount sol_amount pool_migration_fee bonding_curve:pubkey timestamp:i64 pool:pubkey",
    "quote_mint:pubkey",
)

CREATE_POOL = _event(
    PUMP_AMM,
    "CreatePoolEvent",
    "timestamp:i64 index:u16 creator:pubkey base_mint:pubkey quote_mint:pubkey base_mint_decimals:u8"
    " quote_mint_decimals:u8 base_amount_in quote_amount_in pool_base_amount pool_quote_amount minimum_liquidity"
    " initial_liquidity lp_token_amount_out pool_bump:u8 pool:pubkey lp_mint:pubkey user_base_token_account:pubkey"
    " user_quote_token_account:pubkey",
    "coin_creator:pubkey",
    "is_mayhem_mode:bool",
)

_POOL_PARTIES = (
    " pool:pubkey user:pubkey user_base_token_account:pubkey user_quote_token_account:pubkey"
    " protocol_fee_recipient:pubkey protocol_fee_recipient_token_account:pubkey"
)
_POOL_CREATOR = "coin_creator:pubkey coin_creator_fee_basis_points coin_creator_fee"
#: The last ones are no strict `bool`: what follows the documented fields must never cost a trade.
_POOL_LATER = (
    "cashback_fee_basis_points cashback",
    "buyback_fee_basis_points buyback_fee",
    "virtual_quote_reserves:i128",
    "can_boost:u8 base_supply",
    "holder_rewards_bps holder_rewards",
    "creator_fee_unclaimed",
)

BUY = _event(
    PUMP_AMM,
    "BuyEvent",
    "timestamp:i64 base_amount_out max_quote_amount_in user_base_token_reserves user_quote_token_reserves"
    " pool_base_token_reserves pool_quote_token_reserves quote_amount_in lp_fee_basis_points lp_fee"
    " protocol_fee_basis_points protocol_fee quote_amount_in_with_lp_fee user_quote_amount_in" + _POOL_PARTIES,
    _POOL_CREATOR,
    "track_volume:bool total_unclaimed_tokens total_claimed_tokens current_sol_volume last_update_timestamp:i64",
    "min_base_amount_out ix_name:string",
    *_POOL_LATER,
)

SELL = _event(
    PUMP_AMM,
    "SellEvent",
    "timestamp:i64 base_amount_in min_quote_amount_out user_base_token_reserves user_quote_token_reserves"
    " pool_base_token_reserves pool_quote_token_reserves quote_amount_out lp_fee_basis_points lp_fee"
    " protocol_fee_basis_points protocol_fee quote_amount_out_without_lp_fee user_quote_amount_out" + _POOL_PARTIES,
    _POOL_CREATOR,
    *_POOL_LATER,
)

#: Written where the mayhem program sets a coin's virtual reserves anew; its own trades may do so without this event.
REWRITE = _event(
    PUMP,
    "UpdateMayhemVirtualParamsEvent",
    "timestamp:i64 mint:pubkey virtual_token_reserves virtual_sol_reserves new_virtual_token_reserves"
    " new_virtual_sol_reserves real_token_reserves real_sol_reserves",
)

EVENTS = (TRADE, CREATE, COMPLETE, MIGRATE, REWRITE, CREATE_POOL, BUY, SELL)

_OF_BOTH = (
    "AdminUpdateTokenIncentivesEvent",
    "ClaimCashbackEvent",
    "ClaimTokenIncentivesEvent",
    "CloseUserVolumeAccumulatorEvent",
    "ExtendAccountEvent",
    "InitUserVolumeAccumulatorEvent",
    "ReservedFeeRecipientsEvent",
    "SyncUserVolumeAccumulatorEvent",
)
#: Events that say nothing of a trade or a token, by program.
IGNORED = {
    PUMP: (
        *_OF_BOTH,
        "AdminSetCreatorEvent",
        "AdminSetIdlAuthorityEvent",
        "CollectCreatorFeeEvent",
        "DistributeCreatorFeesEvent",
        "MigrateBondingCurveCreatorEvent",
        "MinimumDistributableFeeEvent",
        "SetCreatorEvent",
        "SetMetaplexCreatorEvent",
        "SetParamsEvent",
        "SweepBondingCurveFeeEvent",
        "UpdateGlobalAuthorityEvent",
    ),
    PUMP_AMM: (
        *_OF_BOTH,
        "AdminSetCoinCreatorEvent",
        "CollectCoinCreatorFeeEvent",
        "CreateConfigEvent",
        "DepositEvent",
        "BoostBuyAndBurnEvent",
        "DisableEvent",
        "InitBoostEvent",
        "MigratePoolCoinCreatorEvent",
        "SetBondingCurveCoinCreatorEvent",
        "SetMetaplexCoinCreatorEvent",
        "SweepPoolFeeEvent",
        "UpdateAdminEvent",
        "UpdateFeeConfigEvent",
        "WithdrawEvent",
    ),
}

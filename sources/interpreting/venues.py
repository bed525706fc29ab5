"""Venues by the program or by the name that a source states."""

#: Venues by the program that runs them. Each address stands in its maker's documentation and in one more public place.
#: pump.fun, PumpSwap: pump-fun/pump-public-docs (README, `idl/pump_amm.json`).
#: Raydium AMM v4, CPMM, CLMM, stable AMM, and LaunchLab: raydium-io/raydium-docs-v1 `reference/program-addresses`;
#: raydium-io/raydium-sdk-V2 `src/common/programId.ts`; Dune's models of AMM v4 and LaunchLab filter by them.
#: Meteora DLMM, DAMM v1, DAMM v2, DBC: docs.meteora.ag `developer-guide/home`; Dune's models `meteora_v2` to
#: `meteora_v4` name DLMM, DAMM v2 and DBC, the constants of MeteoraAg/damm-v1-sdk DAMM v1.
PROGRAMS = {
    "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P": "pump_curve",
    "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA": "pumpswap",
    "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8": "raydium",
    "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C": "raydium",
    "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK": "raydium",
    "5quBtoiQqxF9Jv6KYKctB59NT3gtJD2Y65kdnB1Uev3h": "raydium",
    "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj": "launchlab",
    "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo": "meteora",
    "Eo7WjKq67rjJQSZxS6z3YkapzY3eMj6Xy8X5EQVn5UaB": "meteora",
    "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG": "meteora",
    "dbcij3LWUppWqq96dh6gJWWBifmcGfLSB5D4DuSMaqN": "meteora",
}
#: The venues under their own names, as `canonical` states them.
VENUES = {name: name for name in dict.fromkeys(PROGRAMS.values())}
#: Dune's `project`; its versions of `raydium` and `meteora` are those programs, but for one (`launchlab`).
DUNE_PROJECTS = {
    "pumpdotfun": "pump_curve",
    "pumpswap": "pumpswap",
    "raydium": "raydium",
    "raydium_launchlab": "launchlab",
    "meteora": "meteora",
}
#: PumpPortal's `pool`, as far as seen. `bonk` is letsbonk's coins: its transactions run LaunchLab's program.
PUMPPORTAL_POOLS = {"pump": "pump_curve", "pump-amm": "pumpswap", "bonk": "launchlab"}
#: Helius' `source`; it has no known name for LaunchLab.
HELIUS_SOURCES = {"PUMP_FUN": "pump_curve", "PUMP_AMM": "pumpswap", "RAYDIUM": "raydium", "METEORA": "meteora"}

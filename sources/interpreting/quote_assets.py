"""Quote assets: what coins are traded against. They are never coins themselves, in any source."""

#: SOL as native coin, as the first token program named it, and wrapped.
SOL_MINTS = (
    "11111111111111111111111111111111",
    "So11111111111111111111111111111111111111111",
    "So11111111111111111111111111111111111111112",
)
#: Dollars: USDC, USDT, USD1, PYUSD, USDS.
STABLE_MINTS = (
    "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB",
    "USD1ttGY1N17NEEHLmELoaybftRBUSErhqYiQzvEmuB",
    "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo",
    "USDSwr9ApdHk5bvJKMjzff41FfuX8bSxdKcR81vTwcA",
)
#: Staked SOL: jitoSOL, mSOL, bSOL, jupSOL.
STAKED_SOL_MINTS = (
    "J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn",
    "mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So",
    "bSo13r4TkiE4KumL71LsHTPpL2euBYLFx6h9HP3piy1",
    "jupSoLaHXQiZZTSfEWMTRRgpnyFm8f6sZdosWBjx93v",
)
QUOTE_MINTS = (*SOL_MINTS, *STABLE_MINTS, *STAKED_SOL_MINTS)

"""Real events as their bytes stand on the chain, copied from public logs, and the figures worked out of them."""

LAUNCH_BUY = (
    "vdt/007mYe4NZ5R4DNvGl0tdsj/oi5NhqzmUroaJv1bVWiRWfUFub+AN3DoAAAAAerAAaxkfAAABdSHpBIjrPE5vfQmu9Yn2YsBxf4PapMpSIufJ"
    "Gz/xsdZuTqNqAAAAAOC5/zYHAAAAhl/X3MmwAwDgDdw6AAAAAIbHxJA4sgIASsL40N1cvJfjKJwZfLUGKlTz2Va5zm5RFfllZ6pcs+ZfAAAAAAAA"
    "AIIljwAAAAAAdSHpBIjrPE5vfQmu9Yn2YsBxf4PapMpSIufJGz/xsdYeAAAAAAAAAEQ0LQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAwAAAGJ1eQAAAAAAAAAAAAAAAAAAAAAAiBMAAAAAAADBkkcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOAN"
    "3DoAAAAA4Ln/NgcAAADgDdw6AAAAAA=="
)
CURVE_SELL = (
    "vdt/007mYe4NZ5R4DNvGl0tdsj/oi5NhqzmUroaJv1bVWiRWfUFub8YNZhQAAAAAgBzYo+sJAAAA+UtekzmAkAR4pfcS0bWIozXRq6nxT5Vg9wOA"
    "McZufJCZTqNqAAAAAICuEVwHAAAAurFjAzOeAwCAAu5fAAAAALoZUbehnwIAYIzMHfzpYbQ7d5wZFQWm4tO/RdWk20YYrXbILWF1RTVfAAAAAAAA"
    "AAmcMQAAAAAAw8EWYS4O8tBSJ3LKMEhG9TZvlAeEifg2L4qFudIJT4IeAAAAAAAAAIqqDwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAABAAAAHNlbGwAAAAAAAAAAAAAAAAAAAAAAIgTAAAAAAAABM4YAAAAAAABAAAAGeT7K3fprQwNQiKrQF12ZT1c5Y8G6drNzCpGEtWP6xAQ"
    "JwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxg1mFAAAAACArhFcBwAAAIAC7l8AAAAA"
)
CURVE_BUY_2025 = (
    "vdt/007mYe4cfGL68uYxfImPIE/HBunRevIC5KrVXUf/wMmwvNV8z58WXwgAAAAAAFA5J4wEAAABARbI+yWMkrzAWz7MqWs2/XEA7wZtomf4J5Xx"
    "SNs9d0n2hYZnAAAAAJ/CggQHAAAAAMCeIFfLAwCfFl8IAAAAAAAojNTFzAIA"
)
LAUNCH = (
    "G3KpTd7rY3YLAAAASk9SREFOIEdPQVQGAAAASk9SREFOQwAAAGh0dHBzOi8vaXBmcy5pby9pcGZzL1FtV0NwamJBUnZtTDNDS0I2d1E5NUpleXVq"
    "YlBENmRWVWZlanJXazZvOVZOU1EZ1kA78qeo0rHRRuCa5pFwXxXMUCwZhiqwa/LVMvJrz8bYHCJ2Knatm8LTF5G1k/7G67dC5zrMWjB94hsRpwZT"
    "tPfiMhEhESA+3yzSw6ojFRgT2CH0KyeqTqCPv6Hc14u09+IyESERID7fLNLDqiMVGBPYIfQrJ6pOoI+/odzXiyBvVWoAAAAAABDYR+PPAwAArCP8"
    "BgAAAAB4xftR0QIAAIDGpH6NAwAG3fbh7nWP3hhCXbzkbM3athr8TYO5DSf+vfko2KGL/AEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAArCP8BgAAAA=="
)
MIGRATION = (
    "velduVyU6pSgT01zesdggWK47ySyi231AKlJ9xkEyZXyWm6zOBK4FANqXsmXmJBDZIkkDwbJMDd5zUdTgSMDkxIb6hV20AGvAAgBqSy8AAAs9tHJ"
    "EwAAAMHh5AAAAAAAUolEGgDPOoQ4tboJq9AOMeFZhZ2A4A23RS19ih1ro8TkQmRqAAAAAOqcHJMSwPymC9SeIYGW9HEbKC+6SFCvCUjHwBaWvIPN"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)
FIRST_POOL_BUY = (
    "Z/RSHyz1d3fkQmRqAAAAAMcNhtMoAgAAwIeLOwAAAAAAAAAAAAAAAF7OWKoHAAAAAAgBqSy8AABetLOxDwAAAMCHizsAAAAAAgAAAAAAAADWAgMA"
    "AAAAAF0AAAAAAAAAwAOMAAAAAACAWdI6AAAAAKpWzzoAAAAA6pwckxLA/KYL1J4hgZb0cRsoL7pIUK8JSMfAFpa8g82gT01zesdggWK47ySyi231"
    "AKlJ9xkEyZXyWm6zOBK4FCPA7LZeOT6/eDor1UTD9BOpxLgkecSbjTpbW3J+yhhFJMBV0Uq1ei2khbuMqkWFFxFmKN/zSZL32iwpQ+44+ZlKwvjQ"
    "3Vy8l+MonBl8tQYqVPPZVrnOblEV+WVnqlyz5nfZFZVfiIBzHOtKdaDMlsF0+kCVxOHZlnrPxChFrmeulTyimfu5xg7z13URFZgIQB4lJ5pLBTVQ"
    "xPnoFu2UXkEeAAAAAAAAAIAqLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAASAAAAYnV5X2V4YWN0X3F1b3Rl"
    "X2luAAAAAAAAAAAAAAAAAAAAAIgTAAAAAAAA4AFGAAAAAADOQR4YBAAAAAAAAAAAAAAAAQCAxqR+jQMA"
)
POOL_SELL = (
    "Pi83CqUD3CrmQmRqAAAAADtuhqUYAwAAAAAAAAAAAAAbGsAnUgoAANJWF+ADAAAAqhLbyY6vAAAU3GYeEQAAAGH1HV4AAAAAFAAAAAAAAAAcMDAA"
    "AAAAAAUAAAAAAAAABwwMAAAAAABFxe1dAAAAALzU/FwAAAAA6pwckxLA/KYL1J4hgZb0cRsoL7pIUK8JSMfAFpa8g81Ihrlny62JCwao1h0+OB+a"
    "TwTdHdq16yfwTu53cP005RWjZRpHJI8kV9WUKCPkH+1mk9zmoh1sC0zv8I/kalDbK4IDVG1+w3hTpd1zBzEQ5HofTtf6kklRvm4N6MDY2mfgBMh8"
    "65j6XOR/gDgG/Sx5RdKVJJWa7ADe2XgU8494RpwlJHx6/mh3nE583EE55WuEze54pO2bR06h+o7pPOIllTyimfu5xg7z13URFZgIQB4lJ5pLBTVQ"
    "xPnoFu2UXkFfAAAAAAAAAILk5AAAAAAAAAAAAAAAAAAAAAAAAAAAAIgTAAAAAAAAAwYGAAAAAADOQR4YBAAAAAAAAAAAAAAAAQCAxqR+jQMA"
)
POOL_BUY_2025 = (
    "Z/RSHyz1d3eYOlxoAAAAAH43BgEMAAAAfwZRVwAAAAAAAAAAAAAAAKHD818AAAAAC+yHXf0aAADn2P9kwwAAALYqDlcAAAAAFAAAAAAAAACFkiwA"
    "AAAAAAUAAAAAAAAAoiQLAAAAAAA7vTpXAAAAAH8GUVcAAAAAhk/4liHBkhF4HcBtgqYhWZzhNhKDJViTCFsP4uhMlONIX8qmVzagoSB6sDdk6lKa"
    "boYLxDag1o7HhdfO7EbgWpiUze6cg/NCfSJ/6p8D6Q5jX6u4O1owHLAMS3z47cbKqzEqHLmC+5FJslenfVmY4TlNtoqj6520TpcdH+Mg9mtgjMwd"
    "/OlhtDt3nBkVBabi079F1aTbRhitdsgtYXVFNV0OMm1Matf/fY9TP8MJCFS9H+8ykQhAD19V155Lh4BRHwWkuyQjYGtXJX8CYeHR6OVlndW7a/8+"
    "9vxuyRVJ31sFAAAAAAAAAKIkCwAAAAAA"
)
POOL_SELL_WITHOUT_CREATOR = (
    "Pi83CqUD3CpwcdxnAAAAAI4tOacFAAAABiBtAAAAAACOLTmnBQAAAAAAAAAAAAAAor8bPEXKAADrvpFrEgAAALXHgwAAAAAAFAAAAAAAAAB5QwAA"
    "AAAAAAUAAAAAAAAA3xAAAAAAAAA8hIMAAAAAAF1zgwAAAAAA2GICaSBcjvYyhpap2jRjJNRArZo5NUf3pdLOtVAUZKt9Qu+XNrjSBor8vae0hg7n"
    "648Hi26/eL/NBmjdha0arpXPfKZrymyxPap9pdiD5Npyoaq1sNkD39drGouX8zBUrLuzLac41f0NeWasYTn1ibV2tnD1El0ZqdT5nKSKo2pjg3MA"
    "DqIssmTTSv9koEte+r+7dN3NBImXsZgVR9fREAe0ZyjFA6fIFZjsUWe5tjKg2nvc6Y8HxZZ7EO1veKHO"
)
CASHBACK_SELL = (
    "Pi83CqUD3CoGrpFqAAAAAFqQjg8kAAAAAAAAAAAAAAAFbbZn8AAAAAAAAAAAAAAAj3DiSRSsAACzNgmYEQAAAHqNigQAAAAAFAAAAAAAAAA7UwIA"
    "AAAAAAUAAAAAAAAAz5QAAAAAAAA/OogEAAAAAByafAQAAAAAlQ7OSv1K+S4g5OrRAiaFL/S3UqEKhknxALxyZr4IRbnreLHlA49J5EfrfV6/xPbO"
    "8blaSlc96RcKI9cnlaSE5UsF1ZFpuQTnHxEm1IUEApXfKrDSXKNLVZPMl81N6ju8+xQzCzj8q8CI4AJp4Ejb8pJGCZXImfJ4WBZzVOaWnIGDhHQp"
    "LmdalLQ27LCpmIlCMoqD3cYjOAKWEmfFzWEXy6JjF6U7oP1oxMlT7DDw4JuOc2h1HLKBVIbK4+mdCvndrPQLG2GVqGapfOyfg7142gk3vrC0esMU"
    "oQ++KXQHSUwAAAAAAAAAAAAAAAAAAAAAXwAAAAAAAABUCwsAAAAAAIgTAAAAAAAAZ0oAAAAAAABvQh4YBAAAAAAAAAAAAAAAARsRqAoijAMA"
)
CASHBACK_SELL_2026_04 = (
    "Pi83CqUD3Cp6jutpAAAAAE8JpjWFAAAAAAAAAAAAAABPCaY1hQAAAAAAAAAAAAAAcD71HQe+AADVw1UMFAAAALDxAw4AAAAAAgAAAAAAAAC0twAA"
    "AAAAAF0AAAAAAAAALl4hAAAAAAD8OQMOAAAAAEMY1w0AAAAAg+YS38RzNXicYoME0m33JMCEo3zY1g/hU4+CW2g204W75Awn5s8MKDwCuul12rHZ"
    "PfhqcZnJ4lsuuRaNGB1xZTZfDxuexeSanU90MAd1ce7HD8n//SZ4YmPJkLEMVe1QIKDVF9afP1eyllSYYEaWYBV/Ls8wmmbzVigI0+tHtXtgjMwd"
    "/OlhtDt3nBkVBabi079F1aTbRhitdsgtYXVFNV0OMm1Matf/fY9TP8MJCFS9H+8ykQhAD19V155Lh4BR5S/pSM+P550FCivexR7c5mxwZpss84qX"
    "jyKRUmWiJVoAAAAAAAAAAAAAAAAAAAAAHgAAAAAAAACLwwoAAAAAAA=="
)
TAGGED_SELL_IN_HEX = (
    "e445a52e51cb9a1d3e2f370aa503dc2a4545656800000000af28f004000000003c07deae14000000af28f00400000000ca938dcb04000000"
    "af0bdef97f000000ee1ef9689423020007103a201500000014000000000000001b03d10a000000000500000000000000c740b40200000000"
    "ec0c69151500000025ccb41215000000c40660072ddc79037ded460ba50e7db938f85e3cffdee2a1a443e0a544331255bd1f448d9dae5b6c"
    "1de2d05b043b7de51c4f56eedda06a074cc97e3db2700bbf8556d31ff821ffe7f4b72a466984b85eb850c5e389e07ac038836ac8ef37a992"
    "1072df16318f56050eab0292c03aa99d531d627d4c5147d5d403a9f109c665a7608ccc1dfce961b43b779c191505a6e2d3bf45d5a4db4618"
    "ad76c82d61754535ac96cbb25e6d405dfc5b494cc53c574d9e2e9e513c0f1216f5108edf7f3c82ec00000000000000000000000000000000"
    "0000000000000000000000000000000005000000000000000000000000000000"
)
POOL = (
    "sTEM0qB2p3TTb1VqAAAAAAAAxuqgGtucU3HoGEx4cOunLOv2nAaQFGBNG1pAlfASdxI7uDBrxeg0ExPNVYen+8qZG9mI4yuPLrlzIJygfZysjwab"
    "iFf+q4GE+2h/Y0YYwDXaxDncGus7VZig8AAAAAABBgkACAGpLLwAABZ+5EIBAAAAAAgBqSy8AAAWfuRCAQAAAGQAAAAAAAAA2gzmfvYAAAB2DOZ+"
    "9gAAAP+WoJezDAZ3uIUJFNQQ7PtXkN7U6E3fcFAXikbjOvGSmh7qoT099JlVMURmXNHouIDtCTt/lr0P804o+ZTrTchMjSUEzU0l7K0uiMeCAjAG"
    "0LtfBmbI1MIvYYbuoeyzM912joX8bRGFC4K/wWbzHTZIze9r89cCJhrT2RDwMBf1pZrsrJ7Y7f0sUWMudtC8yqEQtSxU64vvEQwWh4cstyT9AQ=="
)
LATER_POOL = (
    "sTEM0qB2p3TFRbZqAAAAAAAAgu92lXybnLAhVPxEgUNwWsHZjf0HhGpKPxZqwqzSRAo7PCcIdzHzbjOi+1BCWfvrYYBHT3/jky9BlSkjKrvRvwab"
    "iFf+q4GE+2h/Y0YYwDXaxDncGus7VZig8AAAAAABBgkACAGpLLwAABD20ckTAAAAAAgBqSy8AAAQ9tHJEwAAAGQAAAAAAAAA7EJrWdADAACIQmtZ"
    "0AMAAP09v2FQlhz3OoZ2ArMAVANd/SfIvh9dnU1NIsN3S31arf81CJ5nJ3q/uNV/kSaz+qZ783cc3dOaHYPIrTZorNDHLxoLcdVoeJ9ZN0Q/1Vlm"
    "+brLQrSUbJWZpMPVORZ1JDq2eGxgCgysRkkiPlx1Y50aaCkd3znC9PiWNSNIFXnoG3Ov/WZxIeqJuAtGZYzOJz4hPPh+bkt2br4Eb8DEn7RwAAAA"
    "AAAAAAAAAAA="
)

#: Each event, its block time, and what it is.
TRADES = {
    # Transaction 3X3mQJn8Bhe3zBKFjYwvUarL45uzEbjHjXy5Ebh2GJxNUfD4a1TBWdqSJfg8iHLVJbu1rR3Nded1qyhMFV8a3K8d.
    "launch buy": (LAUNCH_BUY, 1_789_087_342, {
        "trader_address": "8tEh5ZzrxyLh12jfprebQEVjz9kgMgUcYLCHmeSME6E9",
        "token_mint": "uKubAxmYJEABdmw6hqegbgghe6fcmaHqjKd2umjpump",
        "direction": "buy", "token_units": 34_194_029_850_746, "sol_lamports": 987_500_000,
        "fee_lamports": 9_381_250 + 2_962_500, "fee_source": "event", "virtual_sol_lamports": 30_987_500_000,
        "virtual_token_units": 1_038_805_970_149_254, "venue": "pump_curve", "pool_address": None,
    }),
    "curve sell with a shareholder": (CURVE_SELL, 1_789_087_385, {
        "trader_address": "Hn9B5qcoHAQZg6YsjT6twgugzw1YTNF9qahC1n7UKBao",
        "token_mint": "uKubAxmYJEABdmw6hqegbgghe6fcmaHqjKd2umjpump",
        "direction": "sell", "token_units": 10_907_670_813_824, "sol_lamports": 342_232_518,
        "fee_lamports": 3_251_209 + 1_026_698, "fee_source": "event", "virtual_sol_lamports": 31_609_433_728,
        "virtual_token_units": 1_018_366_867_517_882, "venue": "pump_curve", "pool_address": None,
    }),
    "curve buy before events stated fees": (CURVE_BUY_2025, 1_736_869_366, {
        "trader_address": "5FZRGtpegyU3ToAeF6JC8fJNZQZRH62LAiX3uUi5bBn",
        "token_mint": "2vCRaNeFKr7AmNWtwmRzWzZv9eyUp33VjHXixWCfpump",
        "direction": "buy", "token_units": 5_000_000_000_000, "sol_lamports": 140_449_439,
        "fee_lamports": 1_404_494, "fee_source": "estimated", "virtual_sol_lamports": 30_140_449_439,
        "virtual_token_units": 1_068_000_000_000_000, "venue": "pump_curve", "pool_address": None,
    }),
    "first buy in a pool, exact quote in": (FIRST_POOL_BUY, 1_784_955_620, {
        "trader_address": "BnnNJJgy9w2MLQ9XBKJKG9FQa2r9qdW7u5VpzEkwUcc3", "token_mint": None,
        "direction": "buy", "token_units": 2_374_370_725_319, "sol_lamports": 986_666_666,
        "fee_lamports": 197_334 + 9_176_000 + 2_960_000, "fee_source": "event",
        "virtual_sol_lamports": 67_405_853_790 + 986_864_000 + 17_584_505_294,
        "virtual_token_units": 206_900_000_000_000 - 2_374_370_725_319, "venue": "pumpswap",
        "pool_address": "GnpU6c7H9CbPrbb9cUkQMxgz6DZV41h8XbU4pLh4C27e",
    }),
    "pool sell": (POOL_SELL, 1_784_955_622, {
        "trader_address": "5t7WHxJTQ2t2XU44zztUWNa2FMfme99M5fA4ND2oUxNp", "token_mint": None,
        "direction": "sell", "token_units": 3_404_391_149_115, "sol_lamports": 1_579_021_665,
        "fee_lamports": 3_158_044 + 789_511 + 15_000_706, "fee_source": "event",
        "virtual_sol_lamports": 73_524_501_524 - 1_575_863_621 + 17_584_505_294,
        "virtual_token_units": 193_027_806_794_410 + 3_404_391_149_115, "venue": "pumpswap",
        "pool_address": "GnpU6c7H9CbPrbb9cUkQMxgz6DZV41h8XbU4pLh4C27e",
    }),
    "pool buy with a creator's fee": (POOL_BUY_2025, 1_750_874_776, {
        "trader_address": "5sX5DxHNXcWMUUBLccozbS4Yjghja9EvdoXxYi6E7VyT", "token_mint": None,
        "direction": "buy", "token_units": 51_556_792_190, "sol_lamports": 1_460_546_230,
        "fee_lamports": 2_921_093 + 730_274 + 730_274, "fee_source": "event",
        "virtual_sol_lamports": 839_213_111_527 + 1_463_467_323,
        "virtual_token_units": 29_675_498_236_939 - 51_556_792_190, "venue": "pumpswap",
        "pool_address": "A3JMnJSj8zfkCyZL3PF6KvhXf63yDnZvoC2em7apqRJS",
    }),
    "pool sell of the first version": (POOL_SELL_WITHOUT_CREATOR, 1_742_500_208, {
        "trader_address": "9RyAKViy6kGmMoi4qXttFdugMYzDYJdvHfEpcoyKXBeM", "token_mint": None,
        "direction": "sell", "token_units": 24_280_378_766, "sol_lamports": 8_636_341,
        "fee_lamports": 17_273 + 4_319, "fee_source": "event",
        "virtual_sol_lamports": 79_114_125_035 - 8_619_068,
        "virtual_token_units": 222_398_710_005_666 + 24_280_378_766, "venue": "pumpswap",
        "pool_address": "FZfk5akAiF1StjSLshXRVYyKUKTmEKsU3fQRHnProEGr",
    }),
    "pool sell with cashback of 723,796 lamports": (CASHBACK_SELL, 1_787_932_166, {
        "trader_address": "GrBZ2TFWzSZMqJtJFpkPrg4yTDrFM9SdfjomZ5Edm5h6", "token_mint": None,
        "direction": "sell", "token_units": 154_879_823_962, "sol_lamports": 76_189_050,
        "fee_lamports": 76_189_050 - 75_274_780 - 723_796, "fee_source": "event",
        "virtual_sol_lamports": 75_565_184_691 - 76_036_671 + 17_584_505_455,
        "virtual_token_units": 189_203_138_900_111 + 154_879_823_962, "venue": "pumpswap",
        "pool_address": "B2rqoCT1JUgXHV4pboDtuYrYwcJxR9VfCLyqm8jwkzf2",
    }),
    "pool sell with cashback of 705,419 lamports, before the buyback": (CASHBACK_SELL_2026_04, 1_777_045_114, {
        "trader_address": "DeSvhVxbNyjcQQ1oRPK7eGuSMujiNZw1gtZXYu8QFQMa", "token_mint": None,
        "direction": "sell", "token_units": 572_130_724_175, "sol_lamports": 235_139_504,
        "fee_lamports": 47_028 + 2_186_798, "fee_source": "event",
        "virtual_sol_lamports": 86_106_293_205 - 235_092_476,
        "virtual_token_units": 208_937_776_660_080 + 572_130_724_175, "venue": "pumpswap",
        "pool_address": "9sstS7ryuJwaX7D1BzKRDPNh3bvVhipPjA4oKmiBVHtQ",
    }),
    # Transaction 5UWUzgvMGRrEBKqaPYDnSpSKTYsVYaaBsThoPVbSTMvGFTFa6P3ykQodcp3ShL9o1yUuuqix3wgHR74fHAj5q2HB.
    "pool sell as a self-call in hex": (TAGGED_SELL_IN_HEX, 1_751_467_333, {
        "trader_address": "DjFi5c3ZtY8kRzU4sXDese83tU48nab2qqzCeeVtaJN2", "token_mint": None,
        "direction": "sell", "token_units": 82_847_919, "sol_lamports": 90_734_989_319,
        "fee_lamports": 181_469_979 + 45_367_495, "fee_source": "event",
        "virtual_sol_lamports": 602_070_276_710_126 - 90_553_519_340,
        "virtual_token_units": 549_652_925_359 + 82_847_919, "venue": "pumpswap",
        "pool_address": "ECCYiudtxv9UaqGT2bDijsxDSMbmpYBx3vZ4SYqrYfXA",
    }),
}  # fmt: skip
POOL_TRADES = [case for case, (_, _, trade) in TRADES.items() if trade["venue"] == "pumpswap"]
WSOL = "So11111111111111111111111111111111111111112"
FACTS = {
    # Transaction 4DQVzRrgwJhoJMXjWh4sQPrJDhjQSVs6NXkXqYQzwybdN8vsZHfhDrHx6RFW97HUh6DQKfrbAQsDKAAdgKxFAkQY.
    "launch": (LAUNCH, 1_783_983_904, 0, {
        "event_kind": "create", "token_mint": "2jrgGZTiLaWFbujkkqSyLHKadja8e7f61qJhKDuhpump", "quote_mint": WSOL,
        "creator_address": "DBRcgABPRT9g9rE9UdRbqK55NSPzpVbogEH4H32AAke6", "pool_address": None, "token_decimals": 6,
    }),
    "migration": (MIGRATION, 1_784_955_620, 0, {
        "event_kind": "migrate", "token_mint": "ELJFma9JzJfLWbc2fBSXPMAExayXoTr2LUNJLbPpump", "quote_mint": WSOL,
        "creator_address": None, "pool_address": "GnpU6c7H9CbPrbb9cUkQMxgz6DZV41h8XbU4pLh4C27e",
        "token_decimals": None,
    }),
    "pool": (POOL, 1_783_984_083, 0, {
        "event_kind": "create_pool", "token_mint": "527xDTvS2Nk727LdbzJfS8WeSYvaH8bnx8cYjXzTpump", "quote_mint": WSOL,
        "creator_address": "BRm6t8K92n88MSY9W1C8vAtvefU5sYYSrTnQUwKWtKwr",
        "pool_address": "B8zBeUG6xwq7kNxtkyVb2renRc9opioZ3hMLGLzUAxJD", "token_decimals": 6,
    }),
    # Transaction 64XX5RvH8tuUH8xcjCLWxpKbV76XEvvy4emA7jLqBpQhizKidXA2JpBskoPmXSF339h9GKKvEw7SYitYfnhscEV8.
    "pool with fields that are not published": (LATER_POOL, 1_790_330_309, 10, {
        "event_kind": "create_pool", "token_mint": "4zEFhAkgZhjXfZeMaNsvxufgTkFvrz2trYYKDqnnpump", "quote_mint": WSOL,
        "creator_address": "8nbXq9PKPCDvtqnn6A6WhuSDXsn4NKKtFwfuBiympASj",
        "pool_address": "5A38Nemfe2wx6S9S94JaHRLsbipWfzQVDvSBCWsCYNAg", "token_decimals": 6,
    }),
}  # fmt: skip

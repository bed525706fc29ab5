"""What the tests of bronze share: parsed trades from what matters of them."""

from datetime import UTC, date, datetime

import pytest

from sources.parsing.schema import TABLE as PARSED

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def trades(frame):
    """Parsed trades from what matters of them; each on a line of its own."""

    def trades(*rows):
        plain = {
            "kind": "trade", "traded_at": NOON, "dump_day": D1, "source": "canonical", "file": "a", "token_mint": "m",
            "trader_address": "t", "direction": "buy", "token_units": 5, "sol_lamports": 7, "signature": "s",
            "occurrence": 1,
        }  # fmt: skip
        numbered = [{"line_number": n, "line_digest": f"digest-{n}", **row} for n, row in enumerate(rows, 1)]
        return frame(PARSED, *({**plain, **row} for row in numbered))

    return trades

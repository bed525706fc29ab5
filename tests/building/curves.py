"""Curves with real and virtual reserves, trade by trade, whose virtual ones may be rewritten."""

from typing import Any

from pumploss.money import INITIAL_REAL_TOKEN_UNITS, INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from tests.building.tapes import D1

Row = dict[str, Any]


class Curve:
    """A coin's curve; `rows` are its trades, with the program's integer division."""

    def __init__(
        self,
        sol: int = INITIAL_VIRTUAL_SOL_LAMPORTS,
        tokens: int = INITIAL_VIRTUAL_TOKEN_UNITS,
        real_tokens: int = INITIAL_REAL_TOKEN_UNITS,
        is_mayhem: bool | None = None,
    ) -> None:
        self.sol, self.tokens, self.real_sol, self.real_tokens = sol, tokens, 0, real_tokens
        self.is_mayhem = is_mayhem
        self.rows: list[Row] = []

    def buy(self, lamports: int, **changed: Any) -> "Curve":
        """Buy for so many lamports."""
        units = self.tokens - -(-self.sol * self.tokens // (self.sol + lamports))
        return self._trade("buy", lamports, units, changed)

    def sell(self, units: int, **changed: Any) -> "Curve":
        """Sell so many units."""
        return self._trade("sell", self.sol * units // (self.tokens + units), units, changed)

    def rewrite(self, sol: int, tokens: int | None = None) -> "Curve":
        """Set the virtual reserves anew, as an event does."""
        self.sol, self.tokens = sol, self.tokens if tokens is None else tokens
        return self

    def rewriting_sell(self, units: int, sol: int, **changed: Any) -> "Curve":
        """Sell as a mayhem coin's agent: free of fees, and the virtual SOL reserve is what it likes afterwards."""
        self._trade("sell", self.sol * units // (self.tokens + units), units, {"fee_lamports": 0, **changed})
        self.rows[-1]["virtual_sol_lamports"] = self.sol = sol
        return self

    def missing(self) -> "Curve":
        """Lose the latest trade: it happened, and no dump has it."""
        self.rows.pop()
        return self

    def copied(self) -> "Curve":
        """State the latest trade twice."""
        self.rows.append(dict(self.rows[-1]))
        return self

    def _trade(self, direction: str, lamports: int, units: int, changed: Row) -> "Curve":
        sign = 1 if direction == "buy" else -1
        self.sol, self.real_sol = self.sol + sign * lamports, self.real_sol + sign * lamports
        self.tokens, self.real_tokens = self.tokens - sign * units, self.real_tokens - sign * units
        self.rows.append(
            {
                "direction": direction,
                "token_units": units,
                "sol_lamports": lamports,
                "fee_lamports": -(-lamports // 80),
                "virtual_sol_lamports": self.sol,
                "virtual_token_units": self.tokens,
                "real_sol_lamports": self.real_sol,
                "real_token_units": self.real_tokens,
                "is_mayhem": self.is_mayhem,
                "day": D1,
                **changed,
            }
        )
        return self

"""Reads fields as trades: each method returns a typed column and notes what it refuses."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pumploss.money import MOST_LAMPORTS, PUMP_TOKEN_DECIMALS, SOL_DECIMALS, TOKEN_SUPPLY_UNITS
from pumploss.reasons import Reason
from sources.interpreting import casts
from sources.interpreting.addresses import decodes_to
from sources.interpreting.instants import instants
from sources.interpreting.quote_assets import QUOTE_MINTS
from sources.interpreting.venues import PROGRAMS
from sources.reading.fields import Fields
from sources.reading.records import Records

ADDRESS_BYTES = 32
SIGNATURE_BYTES = 64
_REASONS = tuple(Reason)
_SHOWN = 120
_ACCEPTED = -1

#: No transaction has as many instructions, inner ones included.
MAX_INSTRUCTIONS = 1000


class Rows:
    """A block of records under interpretation; the first refusal of a row stands."""

    def __init__(self, fields: Fields, records: Records) -> None:
        self._fields = fields
        self._records = records
        self._reasons = np.full(len(records), _ACCEPTED, np.int8)
        self._culprits = np.full(len(records), _ACCEPTED, np.int16)
        self._beyond: dict[int, str] = {}
        #: Rows in which an amount was rounded, and those in which a whole number is written as a float.
        self.is_rounded, self.is_float = (np.zeros(len(records), np.bool_) for _ in range(2))

    @property
    def is_accepted(self) -> NDArray[np.bool_]:
        """Per row whether nothing refused it so far."""
        accepted: NDArray[np.bool_] = self._reasons == _ACCEPTED
        return accepted

    def is_refused_as(self, reason: Reason) -> NDArray[np.bool_]:
        """Per row whether it was refused for this reason."""
        refused: NDArray[np.bool_] = self._reasons == _REASONS.index(reason)
        return refused

    def refusal(self, row: int) -> tuple[Reason, str]:
        """Why a refused row was, and the field and value that did it."""
        if row in self._beyond:
            return _REASONS[self._reasons[row]], self._beyond[row]
        name = self._fields.all_fields[self._culprits[row]]
        value = self._records.columns[name][row].as_py()
        return _REASONS[self._reasons[row]], f"{name}={value if value is None else value[:_SHOWN]!r}"

    def refuse(self, where: "NDArray[np.bool_] | pa.BooleanArray", reason: Reason, name: str) -> None:
        """Refuses the marked rows that are not refused yet; NULL marks nothing."""
        if isinstance(where, pa.Array):
            if not where.true_count:
                return
            where = where.fill_null(False).to_numpy(zero_copy_only=False)
        chosen = where & self.is_accepted
        self._reasons[chosen] = _REASONS.index(reason)
        self._culprits[chosen] = self._fields.all_fields.index(name)

    def refuse_beyond(self, name: str, values: pa.Int64Array, most: int) -> None:
        """Refuses rows whose amount, worked out of one or more fields, is more than a trade or a pool can have."""
        where = pc.greater(values, most)
        if not where.true_count:
            return
        for row in np.flatnonzero(where.fill_null(False).to_numpy(zero_copy_only=False) & self.is_accepted).tolist():
            self._reasons[row] = _REASONS.index(Reason.OVERFLOW)
            self._beyond[row] = f"{name}={values[row]} is more than {most}"

    def text(self, name: str) -> pa.StringArray:
        """A field's text, empty text as NULL, which is refused unless the field is optional."""
        column = self._records.columns[name]
        is_empty = pc.equal(column, "")
        if is_empty.true_count:
            column = pc.if_else(is_empty, None, column)
        if column.null_count and name not in self._fields.optional:
            self.refuse(column.is_null(), Reason.MISSING_FIELD, name)
        return column

    def integer(self, name: str, lowest: int = 0) -> pa.Int64Array:
        """An integer that is stated in digits; below `lowest` is `sign`."""
        values = self._records.integers.get(name)
        if values is None:
            values = self._cast(name, casts.integers)
        elif values.null_count and name not in self._fields.optional:
            self.refuse(values.is_null(), Reason.MISSING_FIELD, name)
        self.refuse(pc.less(values, lowest), Reason.SIGN, name)
        return values

    def signed_units(self, name: str, decimals: int) -> pa.Int64Array:
        """An amount in whole units, stated as a decimal, in signed base units."""
        return self._cast(name, lambda column: casts.units(column, decimals, self._fields.sure_digits))

    def units(self, name: str, decimals: int) -> pa.Int64Array:
        """An amount in whole units, stated as a decimal, in base units; below zero is `sign`."""
        values = self.signed_units(name, decimals)
        self.refuse(pc.less(values, 0), Reason.SIGN, name)
        return values

    def instant(self, name: str) -> pa.TimestampArray:
        """An instant in any of the ways in which sources write one, see `instants`."""
        return self._cast(name, instants)

    def event_index(self, outer: str, inner: str) -> pa.Int64Array:
        """The place of an event in its transaction from its two instruction indexes; no inner one comes first."""
        indexes = [self.integer(name) for name in (outer, inner)]
        for name, index in zip((outer, inner), indexes, strict=True):
            self.refuse(pc.greater_equal(index, MAX_INSTRUCTIONS), Reason.MALFORMED, name)
        return pc.add(pc.multiply(indexes[0], MAX_INSTRUCTIONS), indexes[1].fill_null(0))

    def units_at(self, name: str, decimals: pa.Array) -> pa.Int64Array:
        """As `units`, with each row's own number of decimals; NULL where that is."""

        def cast(column: pa.StringArray) -> casts.Cast:
            values: pa.Int64Array = pa.nulls(len(column), pa.int64())
            faults: casts.Faults = []
            is_rounded = np.zeros(len(column), np.bool_)
            for places in decimals.drop_null().unique().to_pylist():
                texts = pc.if_else(pc.equal(decimals, places), column, None)
                of_places = casts.units(texts, places, self._fields.sure_digits)
                values, faults = pc.coalesce(values, of_places.values), faults + of_places.faults
                if of_places.is_rounded is not None:
                    is_rounded |= of_places.is_rounded
            return casts.Cast(values, faults, is_rounded)

        values = self._cast(name, cast)
        self.refuse(pc.less(values, 0), Reason.SIGN, name)
        return values

    def fitting(self, name: str, decimals: pa.Int32Array, is_assumed: pa.BooleanArray) -> pa.Int32Array:
        """Each row's decimals: where they are assumed and an amount does not fit them, the nearest that it does fit.

        So nothing is refused for what is only assumed; what the mint's decimals are is settled over all of its rows.
        """
        if not is_assumed.true_count:
            return decimals
        assumed = pc.if_else(is_assumed, pc.cast(decimals, pa.int32()), None)
        return pc.coalesce(casts.fitting(self._records.columns[name], assumed, self._fields.sure_digits), decimals)

    def require(self, name: str, where: pa.BooleanArray) -> None:
        """Refuses rows that are marked and lack an optional field."""
        self.refuse(pc.and_(where, self.text(name).is_null()), Reason.MISSING_FIELD, name)

    def program(self, name: str) -> pa.StringArray:
        """The venue by the address of its program."""
        return self.choice(name, PROGRAMS, Reason.UNKNOWN_VENUE)

    def address(self, name: str) -> pa.StringArray:
        """A wallet or mint: base58 of exactly 32 bytes."""
        column = self.text(name)
        self.refuse(~decodes_to(column, ADDRESS_BYTES), Reason.BAD_ADDRESS, name)
        return column

    def coin(self, name: str) -> pa.StringArray:
        """The mint of a coin; a quote asset is never one (`quote_leg`)."""
        column = self.address(name)
        self.refuse(pc.is_in(column, pa.array(QUOTE_MINTS)), Reason.QUOTE_LEG, name)
        return column

    def signature(self, name: str) -> pa.StringArray:
        """A transaction signature: base58 of exactly 64 bytes."""
        column = self.text(name)
        self.refuse(~decodes_to(column, SIGNATURE_BYTES), Reason.BAD_SIGNATURE, name)
        return column

    def choice(self, name: str, meanings: dict[str, str], reason: Reason) -> pa.StringArray:
        """A field with a closed list of values, each replaced by its meaning."""
        column = self.text(name)
        places = pc.index_in(column, pa.array(meanings, pa.string()))
        if places.null_count:
            self.refuse(pc.and_(places.is_null(), column.is_valid()), reason, name)
        return pa.array(meanings.values(), pa.string()).take(places)

    def require_amounts(
        self, direction: pa.StringArray, tokens: tuple[str, pa.Array], sol: tuple[str, pa.Array]
    ) -> None:
        """Refuses trades without tokens and buys without SOL; a sell may bring nothing."""
        self.refuse(pc.equal(tokens[1], 0), Reason.ZERO_AMOUNT, tokens[0])
        free = pc.and_(pc.equal(direction, "buy"), pc.equal(sol[1], 0))
        self.refuse(free, Reason.ZERO_AMOUNT, sol[0])

    def refuse_impossible(
        self,
        mint: pa.StringArray,
        venue: pa.StringArray,
        decimals: pa.Int32Array,
        tokens: tuple[str, pa.Int64Array],
        sol: tuple[str, pa.Int64Array],
    ) -> None:
        """Refuses more SOL than any pool of these coins holds, and more of a pump mint than was ever made."""
        self.refuse(pc.greater(sol[1], MOST_LAMPORTS), Reason.UNIT_MISTAKE, sol[0])
        is_over = pc.greater(tokens[1], TOKEN_SUPPLY_UNITS)
        if is_over.true_count:
            is_pump = pc.or_(pc.equal(venue, "pump_curve"), pc.ends_with(mint, "pump"))
            is_over = pc.and_(pc.and_(is_over, is_pump), pc.equal(decimals, PUMP_TOKEN_DECIMALS))
            self.refuse(is_over, Reason.OVER_SUPPLY, tokens[0])

    def pump_decimals(self, mint: pa.StringArray, venue: pa.StringArray) -> tuple[pa.Int32Array, pa.BooleanArray]:
        """Decimals where a source states none, and whether they are assumed.

        The curve's coins have 6. Anyone can make a mint that ends in `pump`, so 6 is assumed for it elsewhere, 9 for
        all others.
        """
        is_curve = pc.equal(venue, "pump_curve").fill_null(False)
        is_pump = pc.or_(is_curve, pc.ends_with(mint, "pump"))
        decimals = pc.if_else(is_pump, PUMP_TOKEN_DECIMALS, SOL_DECIMALS)
        return pc.cast(decimals, pa.int32()), pc.invert(is_curve)

    def same(self, value: object, kind: pa.DataType) -> pa.Array:
        """One value for every row."""
        return pa.repeat(pa.scalar(value, kind), len(self._records))

    def _cast(self, name: str, cast: Callable[[pa.StringArray], casts.Cast]) -> pa.Array:
        """A field's values; what cannot be cast is refused with the cast's reason."""
        values, faults, is_rounded, is_float = cast(self.text(name))
        if is_rounded is not None:
            self.is_rounded |= is_rounded
        if is_float is not None:
            self.is_float |= is_float
        for reason in {reason for _, reason in faults}:
            where = np.zeros(len(self._records), dtype=bool)
            where[[row for row, why in faults if why is reason]] = True
            self.refuse(where, reason, name)
        return values

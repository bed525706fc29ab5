"""Who is kept from day to day, beside a look at everybody."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.publishing.reserve import HIGHEST, THRESHOLDS, Reserve, Size, levels_of
from pumploss.tables.gold_lifetime_losers import LOSS, NET, TABLE
from tests.building.frames import arrow_of

BOARD = 3
SMALL = Size(least=4, chosen=6, most=9)
#: A trader's lifetime losses and net result, by name.
Lives = dict[str, tuple[int, int]]


def rows(lives: Lives) -> pl.DataFrame:
    return levels_of(
        arrow_of(
            TABLE, *({"trader_address": who, LOSS.name: loss, NET.name: net} for who, (loss, net) in lives.items())
        )
    )


EMPTY = Reserve.of(pl.DataFrame(pl.from_arrow(arrow_of(TABLE))))


class Looked:
    """Looks through everybody, and counts how often that was asked for."""

    def __init__(self) -> None:
        self.lives: Lives = {}
        self.times = 0

    def carry_on(self, reserve: Reserve, day: Lives) -> Reserve:
        """Carry the reserve on by those of the day that the step reads: of it, or at or below a threshold."""
        self.lives |= day
        inside = set(reserve.rows["trader_address"])
        read = {who: life for who, life in day.items() if who in inside or _is_within(reserve, life)}
        return reserve.carried_on(rows(read), self.lowest, SMALL)

    def lowest(self, level: str, count: int) -> pl.DataFrame:
        self.times += 1
        place = list(THRESHOLDS).index(level)
        lost = sorted(life[place] for life in self.lives.values() if life[place] < 0)
        last = lost[:count][-1] if lost else HIGHEST
        return rows({who: life for who, life in self.lives.items() if life[place] <= min(last, HIGHEST)})

    def board(self, level: str) -> list[tuple[int, str]]:
        place = list(THRESHOLDS).index(level)
        return sorted((life[place], who) for who, life in self.lives.items() if life[place] < 0)[:BOARD]


def _is_within(reserve: Reserve, life: tuple[int, int]) -> bool:
    return any(value <= threshold for value, threshold in zip(life, reserve.thresholds.values(), strict=True))


def board(reserve: Reserve, level: str) -> list[tuple[int, str]]:
    lost = reserve.rows.filter(pl.col(level) < 0)
    return sorted(zip(lost[level], lost["trader_address"], strict=True))[:BOARD]


#: Losses only grow; net results go both ways, and often to the same few values.
moves = st.tuples(st.sampled_from([0, 0, -1, -5]), st.sampled_from([-9, -3, -3, -1, 0, 4, 12]))
histories = st.lists(st.dictionaries(st.sampled_from([f"t{n:02}" for n in range(30)]), moves), max_size=16)


@settings(deadline=None, max_examples=60)
@given(history=histories)
def test_boards_out_of_the_reserve_are_those_of_everybody(history: list[dict[str, tuple[int, int]]]) -> None:
    reserve, looked, lives = EMPTY, Looked(), {}
    for day in history:
        lives |= {who: (lives.get(who, (0, 0))[0] + loss, net) for who, (loss, net) in day.items()}
        reserve = looked.carry_on(reserve, {who: lives[who] for who in day})
        for level in THRESHOLDS:
            assert board(reserve, level) == looked.board(level)
            place = list(THRESHOLDS).index(level)
            within = {who for who, life in lives.items() if life[place] <= reserve.thresholds[level]}
            assert within <= set(reserve.rows["trader_address"])
            assert len(within) >= SMALL.least or reserve.thresholds[level] == HIGHEST
        assert reserve.rows.equals(rows({who: lives[who] for who in reserve.rows["trader_address"]}))
        assert all(_is_within(reserve, lives[who]) for who in reserve.rows["trader_address"])


def test_nobody_is_looked_for_until_too_few_are_left() -> None:
    looked = Looked()
    reserve = looked.carry_on(EMPTY, {f"t{n}": (-n, -n) for n in range(9)})
    assert (reserve.thresholds[NET.name], len(reserve.rows)) == (HIGHEST, 8)
    reserve = looked.carry_on(reserve, {f"u{n}": (-20 - n, -20 - n) for n in range(4)})
    assert dict(reserve.thresholds) == dict.fromkeys(THRESHOLDS, -7)
    assert sorted(reserve.rows["trader_address"]) == ["t7", "t8", "u0", "u1", "u2", "u3"]
    reserve = looked.carry_on(reserve, {"t7": (-7, 5), "t8": (-8, 5)})
    assert looked.times == 0
    reserve = looked.carry_on(reserve, {"u0": (-20, 5)})
    assert looked.times == 1
    assert dict(reserve.thresholds) == {LOSS.name: -7, NET.name: -4}
    assert sorted(reserve.rows["trader_address"]) == ["t4", "t5", "t6", "t7", "t8", "u0", "u1", "u2", "u3"]


def test_where_few_have_lost_all_of_them_are_kept() -> None:
    looked = Looked()
    reserve = looked.carry_on(EMPTY, {f"t{n}": (-1 - n, -1 - n) for n in range(20)})
    assert reserve.thresholds[NET.name] == -15
    reserve = looked.carry_on(reserve, {f"t{n}": (-1 - n, 1) for n in range(3, 20)})
    assert reserve.thresholds[NET.name] == HIGHEST
    assert {"t0", "t1", "t2"} <= set(reserve.rows["trader_address"])


@pytest.mark.parametrize("tied", [10, 40])
def test_ties_at_a_threshold_are_all_kept(tied: int) -> None:
    looked = Looked()
    reserve = looked.carry_on(EMPTY, {f"t{n}": (-5, -5) for n in range(tied)} | {"u": (-4, -4)})
    assert (reserve.thresholds[NET.name], len(reserve.rows)) == (-5, tied)

"""Recomputes how early and at which price a trader enters mints, and what became of them, from its entries."""

from collections.abc import Callable, Iterable

from features.recomputed.arithmetic import Values, median, ratio, whole
from features.recomputed.given import Entry
from features.recomputed.record import Record

#: An entry without a distance in slots, into a mint of an earlier day.
_FAR = 10**6
_COLLAPSED, _DEAD = 0.2, 0.1


def entries(of: Record) -> Values:
    """Recompute the group `entries`."""
    own = of.given.entries
    ages = _known(of.log(None if entry.age_seconds is None else entry.age_seconds + 1) for entry in own)
    ranks = _known(of.log(None if entry.earlier_buyers is None else entry.earlier_buyers + 1) for entry in own)
    momenta = _known(of.log(entry.momentum) for entry in own)
    on_curve, captured = _known(entry.curve_share for entry in own), _known(entry.capture for entry in own)
    return {
        "entries_30d": _first_buys(of),
        "aged_entries_30d": len(ages),
        "token_age_entry_30d": median(ages),
        "snipe_slot_share_30d": sniped_share(of),
        "slotted_entries_30d": sum(_slots(entry) is not None for entry in own),
        "snipe_5s_share_30d": _share([entry.age_seconds for entry in own], lambda age: age <= 5),
        "snipe_60s_share_30d": _share([entry.age_seconds for entry in own], lambda age: age <= 60),
        "entry_rank_30d": median(ranks),
        "curve_entries_30d": len(on_curve),
        "entry_progress_30d": median(on_curve),
        "entry_runup_30d": median(_known(of.log(entry.runup) for entry in own)),
        "followed_entries_30d": len(momenta),
        "entry_momentum_60s_30d": median(momenta),
        "entry_to_peak_30d": median(_known(entry.of_peak for entry in own)),
        "entry_impact_30d": median(_known(entry.impact for entry in own)),
        "captured_exits_30d": len(captured),
        "exit_capture_30d": median(captured),
    }


def sniped_share(of: Record) -> float | None:
    """Find the share of entries in the slot of the launch or the next."""
    return _share([_slots(entry) for entry in of.given.entries], lambda distance: distance <= 1)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _share(values: Iterable[int | None], is_true: Callable[[int], bool]) -> float | None:
    known = [is_true(value) for value in values if value is not None]
    return ratio(sum(known), len(known))


def _slots(entry: Entry) -> int | None:
    if entry.age_slots is None and entry.age_seconds is not None and entry.slot_buyers is not None:
        return _FAR
    return entry.age_slots


def _first_buys(of: Record) -> int:
    """Count the mints never traded before that were bought on the first day on which they were traded."""
    found = 0
    for mint, results in of.by_mint.items():
        if results and mint not in of.given.known_mints:
            first_day = results[0].trade.day
            found += any(result.trade.is_buy for result in results if result.trade.day == first_day)
    return found


def tokens(of: Record) -> Values:
    """Recompute the group `tokens`, as far as it compares with nobody else."""
    old = [entry for entry in of.given.entries if entry.day < of.as_of - 1]
    marks = [of.market.marks.get(entry.mint, ()) for entry in old]
    fates = [known[-1] for known in marks if known]
    dead = sum(
        mark.day < of.as_of - 1
        and mark.close_price is not None
        and mark.peak_price is not None
        and mark.close_price <= mark.peak_price * _DEAD
        for mark in fates
    )
    watched = [entry.low <= _COLLAPSED for entry in old if entry.low is not None]
    highs = _known(of.log(_highest(of, entry)) for entry in old)
    return {
        "fated_entries_30d": len(fates),
        "dead_share_30d": ratio(dead, len(fates)),
        "watched_entries_30d": len(watched),
        "collapse_share_30d": ratio(sum(watched), len(watched)),
        "valued_entries_30d": len(highs),
        "post_entry_max_30d": median(highs),
        "entry_volatility_30d": _exposure(of.given.entries),
    }


def _highest(of: Record, entry: Entry) -> float | None:
    """Find the highest price to the close of the day after, over that of the entry."""
    following = [mark.high_price for mark in of.market.marks.get(entry.mint, ()) if mark.day == entry.day + 1]
    known = [entry.high] if entry.high is not None else []
    if following and following[0] is not None and entry.price is not None:
        known.append(following[0] / entry.price)
    return max(known, default=None)


def _exposure(own: Iterable[Entry]) -> float | None:
    """Take the mean volatility before entries by their cost, each product in whole thousandths of a lamport."""
    known = [(entry.cost, entry.volatility) for entry in own if entry.volatility is not None]
    weighted = sum(min(whole(cost * volatility * 1000), 10**17) for cost, volatility in known)
    return ratio(float(weighted) / 1000.0, sum(cost for cost, _ in known))


def insiders(of: Record) -> Values:
    """Recompute what of the group `insiders` follows from entries."""
    own = of.given.entries
    return {
        "create_slot_share_30d": _share([_slots(entry) for entry in own], lambda distance: distance == 0),
        "placed_entries_30d": sum(entry.slot_buyers is not None for entry in own),
        "same_slot_share_30d": _share([entry.slot_buyers for entry in own], lambda others: others >= 2),
    }

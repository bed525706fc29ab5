"""Laws of reading events: every version gives the same trade as plain arithmetic, and no bytes harm another line."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pumploss.fees import estimate_fee
from pumploss.money import MOST_LAMPORTS, MOST_RESERVE_LAMPORTS
from sources.interpreting.addresses import encode
from tests.building.anchor_encoder import EVENTS, MINT, SECOND, TAG, USER, WSOL, event, line, rows_of_lines

AT = datetime.fromtimestamp(SECOND, UTC)
U64 = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 10**15), st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 1]))
SMALL = st.integers(0, 10**15)
FITS = 2**63


@st.composite
def curve_events(draw):
    """The version and the fields of a curve trade."""
    names = ("sol_amount", "token_amount", "virtual_sol_reserves", "virtual_token_reserves", "fee", "creator_fee")
    numbers = {name: draw(U64 if draw(st.integers(0, 9)) == 0 else SMALL) for name in names}
    others = {name: draw(U64) for name in ("real_sol_reserves", "cashback", "buyback_fee", "total_claimed_tokens")}
    return draw(st.sampled_from(EVENTS["TradeEvent"][3])), {
        **numbers,
        **others,
        "is_buy": draw(st.integers(0, 1)),
        "mayhem_mode": draw(st.integers(0, 1)),
        "timestamp": SECOND + draw(st.integers(-4000, 4000)),
        "ix_name": draw(st.text(max_size=40)).encode(),
        "shareholders": [(MINT, 1)] * draw(st.integers(0, 3)),
        "quote_mint": draw(st.sampled_from([None, None, WSOL, USER])),
    }


def curve_verdict(fields, values):
    """What becomes of a curve trade, in plain arithmetic: its reason, or its amounts and fee."""
    has_fees = fields >= 16
    fees = values["fee"] * has_fees, values["creator_fee"] * has_fees
    used = [values[name] for name in ("sol_amount", "token_amount", "virtual_sol_reserves", "virtual_token_reserves")]
    faults = set()
    if abs(values["timestamp"] - SECOND) > 3600:
        faults.add("bad_timestamp")
    if fields == 32 and values["quote_mint"] == USER:
        faults.add("non_sol_quote")
    is_beyond = max(values["sol_amount"], sum(fees)) > MOST_LAMPORTS or used[2] > MOST_RESERVE_LAMPORTS
    if max(*used, *fees) >= FITS or is_beyond:
        faults.add("overflow")
    if values["token_amount"] == 0 or (values["sol_amount"] == 0 and values["is_buy"]):
        faults.add("zero_amount")
    if faults:
        return faults
    return (*used, sum(fees) if has_fees else estimate_fee("pump_curve", AT, values["sol_amount"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(curve_events(), min_size=1, max_size=12), st.data())
def test_curve_trades_are_their_fields(events, data):
    lines = [
        line(data.draw(st.sampled_from([b"", TAG])) + event("TradeEvent", fields, **values), encoding=encoding)
        for fields, values in events
        for encoding in [data.draw(st.sampled_from(["base64", "hex"]))]
    ]
    *rows, _ = rows_of_lines(lines)
    names = ("sol_lamports", "token_units", "virtual_sol_lamports", "virtual_token_units", "fee_lamports")
    for row, (fields, values) in zip(rows, events, strict=True):
        verdict = curve_verdict(fields, values)
        if isinstance(verdict, set):
            assert row["reason"] in verdict
        else:
            assert tuple(row[name] for name in names) == verdict
            assert row["direction"] == ("buy" if values["is_buy"] else "sell")
            assert (row["trader_address"], row["token_mint"]) == (encode(USER), encode(MINT))
            assert row["trailing_bytes"] == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), *[st.integers(1, 10**14)] * 2, *[st.integers(0, 10**9)] * 4, st.booleans(), st.booleans())
def test_pool_trades_pay_what_they_say(data, tokens, sol, lp, protocol, creator, cashback, is_buy, is_exact):
    name, base, quote = "BuyEvent" if is_buy else "SellEvent", data.draw(SMALL) + tokens, data.draw(SMALL) + sol
    fees = lp + protocol + creator
    # A sale cannot bring less than nothing.
    sol = sol if is_buy else sol + fees + cashback
    paid = sol + fees + cashback if is_buy else sol - fees - cashback
    reserves = {"pool_base_token_reserves": base, "pool_quote_token_reserves": quote + sol}
    split = {"lp_fee": lp, "protocol_fee": protocol, "coin_creator_fee": creator, "cashback": cashback}
    if is_buy:
        ends = (paid, sol) if is_exact else (sol, paid)
        amounts = {"base_amount_out": tokens, "quote_amount_in_with_lp_fee": sol + lp}
        amounts |= dict(zip(("quote_amount_in", "user_quote_amount_in"), ends, strict=True))
    else:
        amounts = {"base_amount_in": tokens, "quote_amount_out_without_lp_fee": sol - lp}
        amounts |= {"quote_amount_out": sol, "user_quote_amount_out": paid}
    row, _ = rows_of_lines([line(event(name, **reserves, **split, **amounts))])
    sign = 1 if is_buy else -1
    assert (row["sol_lamports"], row["fee_lamports"], row["token_units"]) == (sol, fees, tokens)
    assert row["sol_lamports"] + sign * (row["fee_lamports"] + cashback) == paid
    assert row["virtual_token_units"] == base - sign * tokens
    assert row["virtual_sol_lamports"] == quote + sol + sign * (sol + sign * lp)


PIECES = st.one_of(st.binary(max_size=6), st.just(b"\xff" * 8), st.just(bytes(8)))


@st.composite
def mutations(draw):
    """An event of any kind and version with some of its bytes replaced, left out or put in."""
    name = draw(st.sampled_from(sorted(EVENTS)))
    data = event(name, draw(st.sampled_from(EVENTS[name][3])))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        stop = draw(st.integers(start, min(start + 40, len(data))))
        data = data[:start] + draw(PIECES) + data[stop:]
    return line(data, EVENTS[name][1], encoding=draw(st.sampled_from(["base64", "hex"])))


@settings(max_examples=80, deadline=None)
@given(st.lists(mutations(), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_no_bytes_fail_and_no_line_changes_another(lines, random):
    *together, closing = rows_of_lines(lines)
    places = list(range(len(lines)))
    random.shuffle(places)
    *shuffled, _ = rows_of_lines([lines[place] for place in places])
    for place, row in zip(places, shuffled, strict=True):
        assert {**row, "line_number": place + 1} == together[place]
    alone = random.choice(places)
    assert {**rows_of_lines([lines[alone]])[0], "line_number": alone + 1} == together[alone]
    assert closing["trailing_bytes_count"] in (
        None,
        sum(1 for row in together if row["kind"] != "refused" and row["trailing_bytes"]),
    )

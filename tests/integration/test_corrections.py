"""What is corrected leaves every store: one landing corrected again and again, with real servers."""

from datetime import UTC, date, datetime

import pytest

from feature_repo.store import VIEW, feature_store, online_redis, quiet
from jobs.commands.trader import trader
from jobs.pipeline import daily
from jobs.running.nightly import held_stores
from jobs.running.runner import run_steps
from pumploss.days import midnight, shift
from pumploss.hot import hot_losers, open_hot
from pumploss.warm import open_warm, top_losers

DAYS = D1, D2 = date(2023, 12, 31), date(2024, 1, 1)
T = midnight(shift(D2, 1))
STEPS = tuple(step.name for step in daily())


def losing(wallet, day, hour=9):
    """Three coins bought, and sold for less: enough for features, and for a place on every board."""
    trades = []
    for place, (mint, direction) in enumerate((m, d) for m in ("cat", "dog", "fox") for d in ("buy", "sell")):
        at = datetime(day.year, day.month, day.day, hour, place, tzinfo=UTC)
        sol = 10**9 if direction == "buy" else 8 * 10**8
        trade = {"traded_at": at, "trader_address": wallet, "token_mint": mint, "direction": direction}
        trade |= {"token_units": 10**9, "sol_lamports": sol, "fee_lamports": 0, "venue": "raydium"}
        trades.append({**trade, "signature": f"{wallet}-{day}-{place}"})
    return trades


def unbought(wallet, day):
    """A large sale of what was never seen to be bought: no features from here on."""
    at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
    trade = {"traded_at": at, "trader_address": wallet, "token_mint": "elk", "direction": "sell", "venue": "raydium"}
    amounts = {"token_units": 10**9, "sol_lamports": 10**11, "fee_lamports": 0}
    return [{**trade, **amounts, "signature": f"{wallet}-{day}-unbought"}]


#: The two days as they land next, who has features as of the end of the second, who is known without, who lost.
LANDINGS = [
    (losing("ann", D1) + losing("eve", D1), losing("ann", D2), {"ann", "eve"}, set(), {"ann", "eve"}, "two wallets"),
    (losing("ann", D1), losing("ann", D2), {"ann"}, set(), {"ann"}, "eve was not real: the first day is corrected"),
    (losing("ann", D1), losing("ann", D2) + losing("eve", D2), {"ann", "eve"}, set(), {"ann", "eve"}, "eve came later"),
    (losing("ann", D1), losing("bob", D2), {"ann", "bob"}, set(), {"ann", "bob"}, "another wallet in eve's place"),
    (losing("ann", D1), unbought("ann", D2), set(), {"ann"}, {"ann"}, "features on the first day only: nobody at T"),
    (losing("ann", D1), losing("bob", D2), {"ann", "bob"}, set(), {"ann", "bob"}, "the unbought sale was not real"),
]
WALLETS = ("ann", "bob", "eve")


@pytest.fixture(scope="module")
def context(tmp_path_factory, spark):
    from jobs.running.context import open_context
    from pumploss.settings import from_environment

    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("corrections"))})
    with held_stores(settings), open_context(settings) as opened:
        yield opened


@pytest.mark.parametrize(("first", "second", "eligible", "others", "losers", "why"), LANDINGS)
def test_every_store_says_what_is_true_now(context, land, base58, first, second, eligible, others, losers, why):
    for day, trades in ((D1, first), (D2, second)):
        land(context.settings.landing, day, trades)
    run_steps(context, STEPS, DAYS)
    names = {base58(wallet): wallet for wallet in WALLETS}

    assert online(context.settings, names) == dict.fromkeys(eligible, T), why
    said = {wallet: trader(context, address) for address, wallet in names.items()}
    assert {wallet for wallet in said if said[wallet]["status"] == "eligible"} == eligible, why
    assert {wallet for wallet in said if said[wallet]["status"] == "not_eligible"} == others, why
    assert {answer["as_of"] for answer in said.values()} == {T.isoformat()}, "always the latest T"
    traded = {trade["trader_address"] for trade in first + second}
    with open_warm(context.settings) as warm, open_hot(context.settings) as hot:
        shown = {
            query: {names[address] for (address,) in warm.execute(query).fetchall()}
            for query in (
                "SELECT trader_address FROM trader_features",
                "SELECT DISTINCT trader_address FROM trades_timeseries",
            )
        }
        assert list(shown.values()) == [eligible, traded], why
        assert {names[row["trader"]] for row in top_losers(warm, "all")} == losers, why
        assert {names[row["trader"]] for row in hot_losers(hot, "all")} == losers, why


def online(settings, names):
    """Who has features online, and as of when."""
    with online_redis(settings) as url, quiet():
        store = feature_store(settings, url, asked_at=T)
        keys = [{"trader_address": address} for address in names]
        answer = store.get_online_features([f"{VIEW}:total_trades"], keys).to_dict(include_event_timestamps=True)
    moments = zip(answer["trader_address"], answer["total_trades"], answer["total_trades__ts"], strict=True)
    return {names[who]: datetime.fromtimestamp(at, UTC) for who, trades, at in moments if trades is not None}

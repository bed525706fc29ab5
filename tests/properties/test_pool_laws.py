"""Trades that name only their pool, on random dumps: each is taken once, on the first day that knows its mint."""

import base64
import hashlib
import json
import struct
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jobs.running.runner import run_step
from pumploss.tables import bronze_trades, quarantine_trades
from sources.anchor import layouts
from sources.interpreting.addresses import encode
from sources.interpreting.quote_assets import SOL_MINTS, STABLE_MINTS

#: Days apart, so that what waits can wait too long.
DAYS = tuple(date(2026, 1, day) for day in (1, 2, 4, 10))
SOL, USDC = SOL_MINTS[-1], STABLE_MINTS[0]
STEP = "bronze_trades"
SIZES = {"u64": "<Q", "i64": "<q", "u16": "<H", "u8": "<B", "bool": "<B"}

#: A market takes seconds on the engine: one is drawn for each law, with many pools.
few = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def key(name, size=32):
    """The base58 text that a short name stands for; a mint of the chain stands for itself."""
    return name if name in (SOL, USDC) else encode(hashlib.shake_256(name.encode()).digest(size))


def event(kind, **values):
    """The bytes of an event's first version in base64; what is left out is zero."""
    from sources.interpreting.addresses import decode

    parts = [layouts.discriminator(kind.name)]
    for field in kind.versions[0]:
        value = values.get(field.name, 0)
        if field.type == "pubkey":
            parts.append(bytes(decode(key(value))) if value else bytes(32))
        else:
            parts.append(struct.pack(SIZES[field.type], value))
    return base64.b64encode(b"".join(parts)).decode()


@dataclass(frozen=True)
class Line:
    """A landed line: a trade of a pool, or an event that names its mint."""

    dump_day: date
    at: datetime
    name: str
    pool: str
    mint: str = ""
    quote: str = ""
    kind: str = "trade"

    def text(self):
        stamp = int(self.at.timestamp())
        number = int(hashlib.sha256(self.name.encode()).hexdigest()[:6], 16) + 1
        program = layouts.PUMP if self.kind == "migrate" else layouts.PUMP_AMM
        data = {
            "trade": lambda: event(
                layouts.BUY, timestamp=stamp, base_amount_out=number, quote_amount_in=10**8, user_quote_amount_in=10**8,
                quote_amount_in_with_lp_fee=10**8, pool_base_token_reserves=10**14, pool_quote_token_reserves=10**11,
                pool=self.pool, user=f"trader-{number % 3}",
            ),
            "migrate": lambda: event(layouts.MIGRATE, timestamp=stamp, mint=self.mint, pool=self.pool),
            "create_pool": lambda: event(
                layouts.CREATE_POOL, timestamp=stamp, base_mint=self.mint, quote_mint=self.quote, pool=self.pool,
                base_mint_decimals=6,
            ),
        }[self.kind]()  # fmt: skip
        place = {"signature": key(self.name, 64), "slot": stamp, "block_time": stamp, "tx_index": 1, "event_index": 1}
        return json.dumps({**place, "program": program, "data": data, "encoding": "base64"})


def moment(day, rng):
    return datetime(day.year, day.month, day.day, rng.randrange(24), tzinfo=UTC)


def random_lines(rng):
    """Pools of which some are never named, some early, some late, some twice, some not against SOL."""
    lines = []
    for number in range(20):
        pool, mint, quote = f"pool-{number}", f"mint-{number}", SOL
        if number % 10 == 8:
            quote = USDC
        if number % 10 == 9:
            mint, quote = SOL, mint
        for again in range(rng.choice((0, 1, 1, 1, 2)) if number else 1):
            day = rng.choice(DAYS) if number else DAYS[2]
            kind = "migrate" if number % 10 < 8 and rng.random() < 0.4 else "create_pool"
            lines.append(Line(day, moment(day, rng), f"event-{number}-{again}", pool, mint, quote, kind))
        for trade in range(rng.randrange(3, 7)):
            day = rng.choice(DAYS)
            traded = rng.choice([other for other in DAYS if timedelta(0) <= day - other < timedelta(7)])
            lines.append(Line(day, moment(traded, rng), f"trade-{number}-{trade}", pool))
    # A daily source has no empty day, and something always waits.
    quiet = [Line(day, moment(day, rng), f"quiet-{day}", "pool-of-nobody") for day in DAYS]
    return [*lines, *quiet, Line(DAYS[0], moment(DAYS[0], rng), "waits", "pool-0")]


def land(context, lines, day):
    """Write the lines of a day as two files, in any order."""
    folder = context.settings.home / "landing" / "anchor_events" / str(day)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [line for line in lines if line.dump_day == day]
    for name, half in (("a", 0), ("b", 1)):
        texts = [line.text() for number, line in enumerate(chosen) if number % 2 == half]
        (folder / f"{name}.jsonl").write_text("".join(f"{text}\n" for text in texts))


def expected(lines):
    """What a plain reading of the rules gives: signature to the days of its trade rows and of its refusals."""
    taken, refused = defaultdict(set), defaultdict(set)
    events = [line for line in lines if line.kind != "trade"]
    for line in lines:
        if line.kind != "trade":
            continue
        named = [other for other in events if other.pool == line.pool]
        known = min((other.dump_day for other in named), default=None)
        waits = known is None or known > line.dump_day
        if waits:
            refused[line.name].add((line.dump_day, "unknown_pool"))
        if known is None:
            continue
        midnight = datetime(known.year, known.month, known.day, tzinfo=UTC)
        if waits and line.at < midnight - timedelta(days=7):
            continue
        day = max(known, line.dump_day)
        if SOL in (named[0].quote, named[0].mint):
            taken[line.name].add(day)
        else:
            refused[line.name].add((day, "non_sol_quote"))
    return taken, refused


def found(context, rows_of, lines):
    """What the lake holds, in the same form."""
    names = {key(line.name, 64): line.name for line in lines}
    taken, refused = defaultdict(set), defaultdict(set)
    rows = rows_of(context.lake.read(bronze_trades.TABLE))
    for row in rows:
        taken[names[row["signature"]]].add(row["dump_day"])
    assert len(rows) == sum(map(len, taken.values()))
    for row in rows_of(context.lake.read(quarantine_trades.TABLE)):
        refused[names[json.loads(row["raw"])["signature"]]].add((row["dump_day"], row["reason"]))
    return taken, refused


def every_line_is_accounted_for(context, rows_of):
    """Each file's sums hold, and are those of the tables; a day's counts are the sums of its files."""
    rows = rows_of(context.lake.read(bronze_trades.TABLE))
    for day in DAYS:
        row = context.ledger.latest()[(STEP, day)]
        files = json.loads(row["inputs"])
        again = [entry for file in files for entry in file.get("retried", ())]
        for entry in (*files, *again):
            routed = sum(entry.get("routed", {}).values())
            assert entry["records"] == entry["written"] + entry["quarantined"] + entry["duplicate"] + routed, entry
            here = [row for row in rows if (row["dump_day"], row["file"]) == (day, entry["path"])]
            assert len(here) == entry["written"]
        assert row["rows_read"] == sum(entry["records"] for entry in (*files, *again))
        assert row["rows_written"] == sum(entry["written"] for entry in (*files, *again))


def built(context, lines, *passes):
    """Land everything, and run these passes over the days."""
    for day in DAYS:
        land(context, lines, day)
    for days in passes:
        run_step(context, STEP, days)


@few
@given(seed=st.integers(0, 2**32))
def test_every_trade_is_taken_once_when_its_pool_is_known(opened, digests, rows_of, seed):
    rng = Random(seed)
    lines = random_lines(rng)
    with opened() as whole:
        built(whole, lines, DAYS)
        assert found(whole, rows_of, lines) == expected(lines)
        every_line_is_accounted_for(whole, rows_of)
        in_one_pass = digests(whole)
        day = rng.choice(DAYS)
        assert not run_step(whole, STEP, [day]).changed
        assert digests(whole) == in_one_pass
    with opened() as parts:
        built(parts, lines, *([day] for day in DAYS))
        assert digests(parts) == in_one_pass
        every_line_is_accounted_for(parts, rows_of)
    with opened() as backwards:
        built(backwards, lines, DAYS[2:], DAYS[:2])
        assert digests(backwards) == in_one_pass
        every_line_is_accounted_for(backwards, rows_of)


@few
@given(seed=st.integers(0, 2**32))
def test_a_corrected_dump_rebuilds_the_days_that_rest_on_it(opened, digests, rows_of, seed):
    rng = Random(seed)
    lines = random_lines(rng)
    corrected = [line for line in lines if line.dump_day != DAYS[1] or rng.random() < 0.5]
    corrected.append(Line(DAYS[1], moment(DAYS[1], rng), "correction", "pool-0", "mint-0", SOL, "create_pool"))
    with opened() as context:
        built(context, lines, DAYS)
        land(context, corrected, DAYS[1])
        run_step(context, STEP, [DAYS[1]])
        assert found(context, rows_of, lines + corrected) == expected(corrected)
        every_line_is_accounted_for(context, rows_of)
        restated = digests(context)
    with opened() as fresh:
        built(fresh, corrected, DAYS)
        assert digests(fresh) == restated

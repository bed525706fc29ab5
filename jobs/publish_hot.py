"""Copies the leaderboards that the warm store shows into Redis and to static pages, so that all say the same."""

from feature_repo.online_traders import features_online
from feature_repo.store import VIEW
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.errors import StoreError
from pumploss.exports import export, target
from pumploss.hot import EXPECTED, NET, open_hot, publish
from pumploss.hot_client import dropping
from pumploss.lake.owner import identity
from pumploss.lake.proof import refuse_disproved
from pumploss.tables import gold_market_day
from pumploss.warm import BOARD_ROWS, PERIODS, expected_losers, leaderboard, net_losers, open_warm, publishing


def run(context: StepContext, days: Days) -> None:
    """Makes the hot leaderboards those of the warm store, which must show the last of the days or a later one.

    Exports them with the market day, too. Raises ParityError where features of that day were found to be wrong,
    StoreError where it shows an earlier day or another lake, or where Redis or the exports fail; the old boards then
    stay.
    """
    day = days[-1]
    refuse_disproved(context.ledger, [day])
    with open_warm(context.settings) as warm, warm.transaction():
        # Keeps a swap from coming between these reads.
        warm.execute("LOCK TABLE public.leaderboards, public.net_losers, public.expected_losers IN ACCESS SHARE MODE")
        shown = publishing.latest(warm)
        boards = {period: leaderboard(warm, period) for period in PERIODS}
        boards |= {f"{NET}{period}": net_losers(warm, period) for period in PERIODS}
        boards[EXPECTED] = expected_losers(warm, BOARD_ROWS)
    publishing.refuse_foreign(shown, context.settings.landing, context.settings.lake, identity(context.lake))
    if shown is None or shown.day < day:
        raise StoreError(
            f"The warm store shows {shown.day if shown else 'nothing'}, not {day} yet: "
            f"run publish_warm for {day} first."
        )
    with open_hot(context.settings) as hot:
        features_as_of = features_online(hot, VIEW)
        publish(hot, boards, shown.as_of, shown.publish_id, features_as_of)
        dropped = dropping(hot)
    market = context.read(gold_market_day.TABLE, [shown.day]).toArrow().to_pylist()
    pages = {f"boards/{name.replace(':', '-')}": rows for name, rows in boards.items()} | {"market_day": market}
    written = export(target(context.settings.exports_root), pages, shown.as_of, shown.publish_id)
    context.report.details["exported"] = written
    if features_as_of is not None and features_as_of != shown.as_of:
        context.report.warnings.append(
            f"features are online as of {features_as_of:%Y-%m-%d}, leaderboards as of {shown.as_of:%Y-%m-%d}: "
            f"run materialize_features for {shown.day} and publish_hot again"
        )
    if dropped is not None:
        context.report.warnings.append(dropped)
    if shown.day > day:
        context.report.notes.append(f"the warm store shows {shown.day} already, and so does the hot store now")
    counts = context.report.day(day)
    counts.rows_read = counts.rows_written = sum(map(len, boards.values()))
    counts.inputs = [{"store": "warm", "publish_id": shown.publish_id, "day": str(shown.day)}]
    counts.outputs = {f"leaderboard:{period}": {"rows": len(rows)} for period, rows in boards.items()}

"""Copies the leaderboards that the warm store shows into Redis, so that both say the same."""

from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.errors import StoreError
from pumploss.hot import open_hot, publish
from pumploss.warm import PERIODS, leaderboard, open_warm, publishing


def run(context: StepContext, days: Days) -> None:
    """Makes the hot leaderboards those of the warm store, which must show the last of the days or a later one.

    Raises StoreError where it shows an earlier day or another lake, or where Redis fails; the old boards then stay.
    """
    day = days[-1]
    with open_warm(context.settings) as warm, warm.transaction():
        # Keeps a swap from coming between these reads.
        warm.execute("LOCK TABLE public.leaderboards IN ACCESS SHARE MODE")
        shown = publishing.latest(warm)
        boards = {period: leaderboard(warm, period) for period in PERIODS}
    publishing.refuse_foreign(shown, context.settings.landing, context.settings.lake)
    if shown is None or shown.day < day:
        raise StoreError(
            f"The warm store shows {shown.day if shown else 'nothing'}, not {day} yet: "
            f"run publish_warm for {day} first."
        )
    with open_hot(context.settings) as hot:
        publish(hot, boards, shown.as_of, shown.publish_id)
    if shown.day > day:
        context.report.notes.append(f"the warm store shows {shown.day} already, and so does the hot store now")
    counts = context.report.day(day)
    counts.rows_read = counts.rows_written = sum(map(len, boards.values()))
    counts.inputs = [{"store": "warm", "publish_id": shown.publish_id, "day": str(shown.day)}]
    counts.outputs = {f"leaderboard:{period}": {"rows": len(rows)} for period, rows in boards.items()}

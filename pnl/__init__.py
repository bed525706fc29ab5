"""Works out profit and loss of cohorts of traders, Arrow to Arrow: no engine, no storage.

`walk_rows` matches sells with lots, `trace_cohort` follows round trips, `changes_of` tells day by day how the value of
open positions changes, `outlays_of` how much money a trader had out, `valued` what each position would fetch, and
`uneven_closes` finds positions whose lots are not what their trades left.
`docs/pnl.md` states the rules, each with an example.
"""

from pnl.cohort import walk_rows
from pnl.open_positions import valued
from pnl.outlays import outlays_of
from pnl.round_trips import trace_cohort
from pnl.uneven_closes import uneven_closes
from pnl.value_changes import changes_of

__all__ = ["changes_of", "outlays_of", "trace_cohort", "uneven_closes", "valued", "walk_rows"]

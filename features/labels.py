"""Sets what a loss is: horizon and thresholds of the label, shared by label table, lagged features and models."""

from pumploss.money import LAMPORTS_PER_SOL
from pumploss.settings import horizon_days

#: Goes up with every change of what the label means; models record it and it is printed beside every metric.
LABEL_VERSION = 2

#: Length of the outcome window [T, T + horizon) in days: 7, or what PUMPLOSS_HORIZON_DAYS says.
HORIZON_DAYS = horizon_days()

#: An outcome below minus this is a loss; the fees of a round trip alone take a few thousandths of a SOL.
DUST_LAMPORTS = LAMPORTS_PER_SOL // 100

#: A loss is severe from this many lamports on, whatever it is a part of ...
SEVERE_LAMPORTS = 5 * LAMPORTS_PER_SOL

#: ... or from this many, if it is also one in this many parts of the capital at risk: the exit value at T plus the
#: highest running sum of buys minus matched proceeds in the window. Who turns one SOL over fifty times risks one.
LARGE_LAMPORTS = LAMPORTS_PER_SOL
LARGE_PARTS = 4

#: Who holds at least this exit value at T, by marks of trades of the days before, is exposed without trading.
EXPOSED_LAMPORTS = LAMPORTS_PER_SOL // 100
MARKED_DAYS = 7

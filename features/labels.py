"""Sets what a loss is: horizon and thresholds of the label, shared by label table, lagged features and models."""

from pumploss.money import LAMPORTS_PER_SOL

#: Goes up with every change of what the label means; models record it and it is printed beside every metric.
LABEL_VERSION = 1

#: Length of the outcome window [T, T + horizon) in days.
HORIZON_DAYS = 7

#: An outcome below minus this is a loss; the fees of a round trip alone take a few thousandths of a SOL.
DUST_LAMPORTS = LAMPORTS_PER_SOL // 100

#: A loss is severe from this many lamports ...
SEVERE_LAMPORTS = LAMPORTS_PER_SOL

#: ... and this share of what was at stake: exit value at T and buys in the window.
SEVERE_RATIO = 0.25

#: Who holds at least this exit value at T is exposed without trading.
EXPOSED_LAMPORTS = LAMPORTS_PER_SOL // 100

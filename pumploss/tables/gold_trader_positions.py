"""Declares what each trader did with positions on a day: opened, emptied, changed; windows add the rows up.

What sums cannot give, such as a median, is kept as lists in the order of the trader's trades: the lists of several
days, one behind the other, are those of all of them. A position that is opened and emptied on one day is in no other
row.
"""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds

#: A win that is taken within this time is taken fast.
FAST_MICROS = 60_000_000

TABLE = Table(
    name="gold_trader_positions",
    description="Per trader and day that changed a position: what was opened, emptied and carried on.",
    columns=(
        c.TRADER,
        Column("closed_position_count", Type.BIGINT, "Positions emptied on the day"),
        Column("won_position_count", Type.BIGINT, "Those of them that made money"),
        Column("lost_position_count", Type.BIGINT, "Those of them that lost money"),
        Column("closed_hold_micros", Type.BIGINT, "Sum over them from first buy to last sell, microseconds"),
        Column("won_lamports", Type.BIGINT, "What the won ones made"),
        Column("lost_lamports", Type.BIGINT, "What the lost ones lost, above 0"),
        Column("fast_win_count", Type.BIGINT, "Won ones that were held for 60 seconds at most"),
        Column("first_loss_run_count", Type.BIGINT, "Lost ones before the first that lost nothing, by order of exit"),
        Column("last_loss_run_count", Type.BIGINT, "Lost ones since the last that lost nothing"),
        Column("longest_loss_run_count", Type.BIGINT, "Longest run of lost ones"),
        Column("largest_loss_lamports", Type.BIGINT, "What the worst of them lost, above 0; 0 without a loss"),
        Column("added_buy_count", Type.BIGINT, "Buys after the first into positions opened and emptied on the day"),
        Column("averaged_down_count", Type.BIGINT, "Those of them below the mean cost of a unit held"),
        Column("opening_times", Type.BIGINTS, "Positions opened on the day, in order: when, microseconds since 1970"),
        Column("opening_stakes", Type.BIGINTS, "What each of their opening buys cost in lamports, fees included"),
        Column("exits_before", Type.BIGINTS, "How many positions had been emptied on the day before each of them"),
        Column("exit_times", Type.BIGINTS, "Positions emptied on the day, in order: when, microseconds since 1970"),
        Column("exit_results", Type.BIGINTS, "What each of them made from first buy to last sell, in lamports"),
        Column(
            "hold_times",
            Type.BIGINTS,
            "Microseconds from first buy to last sell of the positions opened and emptied on the day",
        ),
        Column("carried_opening_times", Type.BIGINTS, "All others that changed on the day: when opened, as above"),
        Column(
            "carried_opening_places", Type.BIGINTS, "Place of that buy among its trader's trades of its day, from 1"
        ),
        Column("carried_exit_times", Type.BIGINTS, "When each of them was emptied, as above; 0 while it is open"),
        Column("carried_buys", Type.BIGINTS, "Buys into each of them since it was opened, the first included"),
        Column("carried_averaged_down_buys", Type.BIGINTS, "Those below the mean cost of a unit held by then"),
        c.KNOWN_AT,
        c.DAY,
        c.COHORT,
    ),
    key=("trader_address", "day"),
    partition_by=("day",),
    split_by="trader_cohort",
    is_reread=True,
    order_by=("trader_address",),
    checks=(
        holds("won_position_count + lost_position_count <= closed_position_count", "others made nothing"),
        holds("fast_win_count <= won_position_count", "a part is no more than the whole"),
        holds(
            "first_loss_run_count <= longest_loss_run_count AND last_loss_run_count <= longest_loss_run_count"
            " AND longest_loss_run_count <= lost_position_count",
            "a run is part of what was lost",
        ),
        holds("averaged_down_count <= added_buy_count", "a part is no more than the whole"),
        holds("largest_loss_lamports >= 0 AND largest_loss_lamports <= lost_lamports", "the worst is one of all"),
        holds(
            "size(opening_stakes) = size(opening_times) AND size(exits_before) = size(opening_times)",
            "each opening buy has a cost and a place",
        ),
        holds(
            "size(exit_times) = closed_position_count AND size(exit_results) = closed_position_count",
            "each exit has a time and an outcome",
        ),
        holds(
            "size(hold_times) <= size(opening_times) AND size(hold_times) <= closed_position_count",
            "what is opened and emptied on a day is opened on it and emptied on it",
        ),
        holds(
            "size(carried_opening_places) = size(carried_opening_times)"
            " AND size(carried_exit_times) = size(carried_opening_times)"
            " AND size(carried_buys) = size(carried_opening_times)"
            " AND size(carried_averaged_down_buys) = size(carried_opening_times)",
            "what is carried on has all its figures",
        ),
        holds("size(hold_times) + size(carried_opening_times) > 0", "a day without a change has no row"),
    ),
)

"""Checks that follow from key, nullability and types."""

from pumploss.contract import Column, Metric, Table, Type, within

A = Column("a_count", Type.BIGINT, "A count")
B = Column("b_sol", Type.DOUBLE, "An amount", nullable=True)


def table(*columns: Column, **given) -> Table:
    return Table(**{"name": "t", "description": "", "columns": columns, "no_key_because": "a test", **given})


def test_checks_follow_from_key_nullability_and_types_and_come_first():
    found = table(A, B, key=("a_count",), checks=tuple(within("b_sol", 0, 1, "a share"))).all_checks
    assert [(check.metric, check.subject) for check in found] == [
        (Metric.NULL_COUNT, "a_count"),
        (Metric.DUPLICATE_COUNT, "a_count"),
        (Metric.NAN_COUNT, "b_sol"),
        (Metric.MINIMUM, "a_count"),
        (Metric.MINIMUM, "b_sol"),
        (Metric.MAXIMUM, "b_sol"),
    ]


def test_units_in_names_bound_the_values():
    shares = (Column(name, Type.DOUBLE, "Part of a whole") for name in ("sold_share", "weekend_share_30d"))
    counts = (Column(name, Type.BIGINT, "Number of things") for name in ("bag_count_close", "buy_count"))
    found = table(*shares, *counts, Column("counted_share", Type.BIGINT, "Not one")).all_checks
    assert [(check.name, check.lowest, check.highest) for check in found[-3:]] == [
        ("minimum(sold_share,weekend_share_30d)", 0, None),
        ("maximum(sold_share,weekend_share_30d)", None, 1.000001),
        ("minimum(bag_count_close,buy_count)", 0, None),
    ]

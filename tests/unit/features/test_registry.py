import re

import pytest

from features import registry
from pumploss.contract import Type
from pumploss.errors import ContractError

TRADER_FEATURES = [
    "total_trades", "avg_trade_size", "trade_size_volatility", "total_losses", "loss_count", "avg_loss_size",
    "preferred_hour", "active_days", "unique_tokens", "loss_ratio", "last_trade_time", "first_trade_time",
]  # fmt: skip
LOSS_PREDICTION_FEATURES = [
    "total_trades_30d", "win_rate_30d", "avg_loss_size_30d", "max_loss_streak_30d", "trade_frequency_30d",
    "preferred_tokens_30d", "time_patterns_30d", "position_sizing_30d", "hold_duration_30d", "diversification_30d",
    "market_conditions_30d", "token_volatility_30d",
]  # fmt: skip

RATE = re.compile(r"_(share|rate|ratio|frequency|volatility|entropy)(_|$)|^avg_")


def test_the_features_of_the_original_design_exist_under_their_names():
    assert {*TRADER_FEATURES, *LOSS_PREDICTION_FEATURES} <= {one.name for one in registry.features()}


def test_table_has_a_described_column_per_feature():
    columns = {column.name: column for column in registry.TABLE.columns}
    for one in registry.features():
        assert columns[one.name].type is one.type
        assert columns[one.name].description == one.description


def test_times_are_no_model_inputs():
    kinds = {one.type for one in registry.model_inputs()}
    assert kinds == {Type.DOUBLE, Type.BIGINT}


def test_what_grows_with_the_length_of_the_data_is_no_model_input():
    growing = {"total_trades", "total_losses", "loss_count", "active_days", "unique_tokens", "market_matched_sells_30d"}
    assert not growing & {one.name for one in registry.model_inputs()}


def test_every_rate_has_the_count_that_it_rests_on_beside_it():
    known = {one.name: one for one in registry.features()}
    rates = [one for one in known.values() if one.type is Type.DOUBLE and (one.is_nullable or RATE.search(one.name))]
    assert not [one.name for one in rates if not one.support], "name the count in @feature(support=...)"
    counts = {one.support for one in known.values() if one.support}
    assert not [name for name in counts if name not in known or known[name].type is not Type.BIGINT]


def test_monotone_is_claimed_only_where_the_domain_is_certain():
    claimed = {one.name: one.monotone for one in registry.features() if one.monotone}
    assert claimed == {
        "equity_loss_ratio_7d": 1,
        "equity_loss_ratio_30d": 1,
        "lag_loss_1": 1,
        "lag_loss_2": 1,
        "win_rate_shrunk_30d": -1,
        "payoff_ratio_30d": -1,
        "fee_drag_30d": 1,
        "bag_share": 1,
        "bag_ratio_30d": 1,
        "ewma_loss_ratio_30d": 1,
        "lag_loss_3": 1,
        "lag_loss_4": 1,
        "lag_loss_rate_28d": 1,
    }


def test_a_feature_needs_a_docstring_and_a_name_of_its_own():
    def total_trades():
        """Taken."""

    def without_docstring():
        return None

    for function in (total_trades, without_docstring):
        with pytest.raises(ValueError, match=function.__name__):
            registry.feature()(function)


def test_an_unlisted_sum_is_refused():
    from features.windows import summed

    assert summed("buy_cost_lamports", 7) == "buy_cost_lamports_7d"
    with pytest.raises(ContractError, match="SUMS"):
        summed("fees_lamports", 1)
    with pytest.raises(ContractError, match="SUMS"):
        summed("nobody_sums_this", 1)

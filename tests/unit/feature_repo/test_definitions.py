"""Fields of the view and of what models are served."""


def test_every_registered_feature_is_a_field_and_services_hold_the_models_inputs():
    from feature_repo import definitions
    from features.registry import features, model_inputs

    view = definitions.view("/lake")
    assert [field.name for field in view.features] == [one.name for one in features()]
    assert view.source.path == "/lake/gold_trader_features"
    assert (view.source.timestamp_field, view.source.created_timestamp_column) == ("as_of", "known_at")
    for service in (definitions.loss_prediction, definitions.risk_score):
        served = [field.name for field in service.feature_view_projections[0].features]
        assert served == definitions.training_columns()
        assert served[: len(model_inputs())] == [one.name for one in model_inputs()]


def test_the_baselines_columns_are_registered_features():
    from feature_repo.definitions import BASELINE_FEATURES
    from features.registry import features

    lacking = set(BASELINE_FEATURES) - {one.name for one in features()}
    assert not lacking, f"the baselines need {sorted(lacking)}: name today's features in feature_repo/definitions.py"

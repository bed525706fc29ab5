"""Sets Feast over the lake: the same feature columns for training, for scoring and online."""

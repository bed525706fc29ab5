"""Sets Feast over the lake: the same feature columns for training, for scoring and online."""

from feature_repo.unchecked import spare_feast

# Before any module of the package loads Feast; afterwards it would be too late.
spare_feast()

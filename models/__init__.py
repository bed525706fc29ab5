"""Holds two models over the feature store: the probability of a loss, and the 0-100 risk score of a severe one."""

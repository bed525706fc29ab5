"""Defines the one error that scoring raises on purpose; what loads models for the project says where it came from."""


class ScoringError(Exception):
    """A model's file is not of a kind that this code wrote, or rows do not hold what the model asks for."""

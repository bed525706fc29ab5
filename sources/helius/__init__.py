"""Decodes the balance changes of enhanced Helius transactions."""

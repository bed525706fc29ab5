"""Watches the models every night: reads what was published and what has matured, measures it, and says what broke."""

"""Runs steps over days: the context that a step is given, the gate, lookups, the ledger's rows, and a whole night."""

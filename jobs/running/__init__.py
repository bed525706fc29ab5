"""Runs steps over days: what a step is given, the gate, lookups, the ledger's rows, and a whole night."""

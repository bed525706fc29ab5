"""How scores are kept true: which models score a day, and which scored days rest on features that have changed."""

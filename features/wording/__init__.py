"""Says what features mean to people who have never read their formulas."""

"""Makes what the warm store publishes: leaderboards, and tables in pieces."""

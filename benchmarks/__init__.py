"""What the parts cost: `python -m benchmarks NAME [--rows N]` prints one JSON line per measured case."""

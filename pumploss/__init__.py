"""What a table is: contracts, engine, lake, stores, checks, settings and errors. Knows no job, model or schedule."""

__version__ = "0.1.0"

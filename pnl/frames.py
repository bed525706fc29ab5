"""Makes frames of the rows of a walk."""

import polars as pl
import pyarrow as pa


def framed(rows: pa.Table) -> pl.DataFrame:
    """Make a frame of rows; text in dictionaries becomes plain, since two dictionaries number it differently."""
    return pl.DataFrame(pl.from_arrow(rows)).with_columns(pl.col(pl.Categorical).cast(pl.String))

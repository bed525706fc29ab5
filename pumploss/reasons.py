"""Names why a line or a whole file is refused; the names are stored, so they never change."""

from enum import StrEnum
from typing import Self


class _Explained(StrEnum):
    """Enumerates values that carry a sentence on what they mean."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Make a member that equals its name and knows its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Reason(_Explained):
    """Says why one line is no trade; the first that applies is recorded."""

    LINE_TOO_LONG = "line_too_long", "The line is over 1 MiB; it was streamed past, never held"
    ENCODING = "encoding", "The line holds a NUL byte, or a field that is read is not UTF-8"
    UNBALANCED_QUOTE = "unbalanced_quote", "A quote opens and does not close on its line"
    MALFORMED = "malformed", "The line, or one of its fields, is not written as the format says"
    FIELD_COUNT = "field_count", "The line has more or fewer fields than the header"
    UNKNOWN_FIELD = (
        "unknown_field",
        "A line of JSON has a field that the source does not name, and few others of its file do",
    )
    MISSING_FIELD = "missing_field", "A field that every trade needs is empty"
    NOT_A_TRADE = "not_a_trade", "The source itself says that the line is no trade"
    UNKNOWN_DIRECTION = "unknown_direction", "The line is neither a buy nor a sell"
    UNKNOWN_VENUE = "unknown_venue", "The venue is none of those that are read, or is not named by the source"
    FAILED = "failed", "The transaction failed, so nothing was traded"
    QUOTE_LEG = (
        "quote_leg",
        "A quote asset (SOL, dollars, staked SOL) stands where the coin should: a leg of a route, no trade of a coin",
    )
    NON_SOL_QUOTE = "non_sol_quote", "Neither side is SOL, or the price was not paid in SOL alone"
    BAD_TIMESTAMP = (
        "bad_timestamp",
        "The time is unreadable, before Solana's first block, from 2100 on, or over an hour from the event's own clock",
    )
    FUTURE = "future", "The trade is dated after its dump day"
    TOO_LATE = "too_late", "A daily source's trade is dated more than 7 days before its dump day"
    BAD_ADDRESS = "bad_address", "A wallet or mint is not base58 of exactly 32 bytes"
    BAD_SIGNATURE = "bad_signature", "A signature is not base58 of exactly 64 bytes"
    PRECISION = (
        "precision",
        "An amount is finer than its unit, by more than its source's noise; or a whole number beyond 2^53 is a float",
    )
    OVERFLOW = (
        "overflow",
        "A number does not fit a signed 64-bit integer, or is more SOL than a trade or a pool can have",
    )
    SIGN = "sign", "A number is negative where it cannot be, or contradicts the direction"
    ZERO_AMOUNT = "zero_amount", "No tokens moved, or a buy cost no SOL"
    UNIT_MISTAKE = "unit_mistake", "An amount or price that only makes sense in another unit, such as lamports as SOL"
    OVER_SUPPLY = "over_supply", "One trade moves more tokens than were ever made"
    UNKNOWN_EVENT = "unknown_event", "Event data of a known program that is no event the project reads"
    UNKNOWN_POOL = "unknown_pool", "No landed event says which mint the pool trades; tried again when one lands"


class FileReason(_Explained):
    """Says why nothing at all of a file was read; the file lands again, whole, to be read."""

    FORMAT = "format", "The source is not published in this format"
    EMPTY = "empty", "A CSV without a header, or a compressed or Parquet file without a byte"
    TRUNCATED = "truncated", "The compressed stream ends before its end mark"
    CORRUPT = "corrupt", "The compressed stream or the Parquet file cannot be decoded"
    BINARY = "binary", "The first line of a text file holds NUL bytes or is not UTF-8"
    DRIFT = "drift", "The source's fields or their types are not those that the project maps"
    NOT_LINES = (
        "not_lines",
        "JSON that spans lines, or one array, where each line should be an object",
    )
    INFLATES = "inflates", "The file inflates past 200:1 beyond its first MiB, or past 64 GiB"

"""Declares every refused line, whole, with its reason: nothing that landed is lost."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type

TABLE = Table(
    name="quarantine_trades",
    description="Refused lines of the dumps with reason, raw text and place; only bronze writes it.",
    columns=(
        c.FILE,
        c.LINE_NUMBER,
        Column("reason", Type.STRING, "A value of the `Reason` enumeration"),
        Column("detail", Type.STRING, "The field and the value that were refused"),
        Column("raw", Type.STRING, "The line as text, cut at 64 KiB; bytes that are no UTF-8 are escaped"),
        Column("raw_bytes", Type.BIGINT, "Length of the whole line in bytes"),
        Column("raw_sha256", Type.STRING, "SHA-256 of the whole line, in hex"),
        c.SOURCE,
        c.DUMP_DAY,
        c.RUN_ID,
    ),
    key=("dump_day", "file", "line_number"),
    partition_by=("dump_day",),
    order_by=("source", "file", "line_number"),
)

"""Judges a file by all of its records, wherever they stand: whether they have the fields of its source."""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.reasons import FileReason, Reason
from sources.reading.fields import Fields
from sources.reading.files import FileRefusedError

#: One record in so many may hold a field that its source does not declare, or lack one that every record has, and is
#: refused alone; so may one of any file, but never all.
RECORDS_PER_STRAY = 1_000


class Drift:
    """Counts the records of one file that are not of its source's fields."""

    def __init__(self, fields: Fields, records: int) -> None:
        self._fields = fields
        self._records = records
        self._most = min(max(1, records // RECORDS_PER_STRAY), records - 1)
        self._unknown: Counter[str] = Counter()

    def add(self, rows: pa.RecordBatch) -> None:
        """Counts parsed rows; most batches hold no refused lines."""
        reasons = rows["reason"]
        if reasons.null_count < len(reasons):
            self._unknown.update(rows["detail"].filter(pc.equal(reasons, Reason.UNKNOWN_FIELD)).to_pylist())

    def require_few(self, lacking: Mapping[str, int]) -> None:
        """Raises FileRefusedError `drift` where too many records hold unknown fields, or lack fields, so far."""
        faults = []
        if self._unknown.total() > self._most:
            faults += [f"{detail} ({count} records)" for detail, count in self._unknown.most_common(3)]
        faults += [f"missing field {name!r} ({count} records)" for name, count in lacking.items() if count > self._most]
        if faults:
            detail = f"{'; '.join(faults)} of {self._records}; {self._most} may be so. {self._fields.advice}"
            raise FileRefusedError(FileReason.DRIFT, detail)

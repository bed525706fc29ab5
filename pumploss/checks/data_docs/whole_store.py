"""Has Great Expectations write its files so that a kill or a full disk tears none; it loads this module by name."""

from pathlib import Path
from typing import Any

from great_expectations.data_context.store.tuple_store_backend import TupleFilesystemStoreBackend

from pumploss.checks.data_docs.offline import offline
from pumploss.whole_files import write_whole


class WholeFiles(TupleFilesystemStoreBackend):  # type: ignore[misc]
    """Keeps files by key below a folder; each is written beside and renamed. Pages are made to open offline."""

    def _set(self, key: Any, value: str | bytes, **_: Any) -> str:
        parts = key if isinstance(key, tuple) else key.to_tuple()
        path = Path(self.full_base_directory) / self._convert_key_to_filepath(parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".html" and isinstance(value, str):
            value = offline(value)
        write_whole(path, value, is_lasting=False)
        return str(path)

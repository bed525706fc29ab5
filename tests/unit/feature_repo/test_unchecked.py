"""What loads Feast loads it without checks of its arguments, and takes them from nobody else."""

import os
import subprocess
import sys
import textwrap

import pytest

from pumploss.settings import ROOT

TOLD = """
    import {first}
    import feast
    import typeguard

    @typeguard.typechecked
    def doubled(number: int) -> int:
        return 2 * number

    @typeguard.typechecked(collection_check_strategy=typeguard.CollectionCheckStrategy.ALL_ITEMS)
    def total(numbers: list[int]) -> int:
        return len(numbers)

    for called in (lambda: feast.Entity(name="trader", description=7), lambda: doubled("2"), lambda: total([1, "2"])):
        try:
            called()
            print("taken")
        except typeguard.TypeCheckError:
            print("refused")
"""


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("typeguard", ["refused"] * 3),
        ("feature_repo.definitions", ["taken", "refused", "refused"]),
    ],
)
def test_only_feast_is_spared(tmp_path, first, told):
    code = tmp_path / "told.py"  # a file, because typeguard reads what it checks
    code.write_text(textwrap.dedent(TOLD).format(first=first))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == told, done.stderr

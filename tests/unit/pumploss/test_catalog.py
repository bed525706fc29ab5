"""That the catalog finds every table."""

import pkgutil

import pytest

import pumploss.tables
from pumploss import catalog


def test_every_module_is_a_table_of_its_name():
    modules = {module.name for module in pkgutil.iter_modules(pumploss.tables.__path__)}
    assert {name: table.name for name, table in catalog.tables().items()} == {name: name for name in modules}
    assert list(catalog.tables()) == sorted(modules)


@pytest.mark.parametrize("table", catalog.tables().values(), ids=lambda table: table.name)
def test_a_table_is_described_and_its_day_is_a_date(table):
    assert table.description.endswith(".")
    assert all(column.description for column in table.columns)
    assert table[table.day].type.spark == "date"
    assert all(check.why for check in table.all_checks)

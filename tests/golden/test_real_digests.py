"""What every table holds of the real sets is what `content_digests.json` records; see `test_content_digests.py`.

The sets (see `tests/building/real_data.py`) run through every step that needs no model, each set in one pass.
"""

from tests.building import real_data
from tests.building.content_digests import compare, table_digests

pytestmark = real_data.needed


def test_tables_of_the_real_samples(real_samples, request):
    compare("real samples", table_digests(real_samples), request)


def test_tables_of_the_bots_trades(bots_trades, request):
    compare("bots' trades", table_digests(bots_trades), request)

"""The shard of a wallet."""

from collections import Counter

from pyspark.sql import functions as F

from pumploss.cohort import COHORTS, trader_cohort
from tests.building.addresses import address

ADDRESSES = [address(f"trader {number}") for number in range(400)]


def test_the_engine_says_the_same(spark):
    wallets = spark.createDataFrame([(address,) for address in ADDRESSES], "trader_address string")
    shard = F.pmod(F.xxhash64("trader_address"), F.lit(COHORTS))
    found = dict(wallets.select("trader_address", shard).toPandas().itertuples(index=False))
    assert found == {address: trader_cohort(address) for address in ADDRESSES}


def test_wallets_are_spread_over_all_of_them():
    counted = Counter(map(trader_cohort, ADDRESSES))
    assert counted.keys() == set(range(COHORTS))
    assert max(counted.values()) < 3 * len(ADDRESSES) / COHORTS

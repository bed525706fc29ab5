"""Into how many tasks work is cut."""

import os

from pumploss.slots import SETTING, slots


def test_the_embedded_engine_has_a_slot_for_each_core(spark):
    assert slots(spark) == os.cpu_count()


def test_it_is_what_the_engine_is_told(spark):
    before = spark.conf.get(SETTING)
    spark.conf.set(SETTING, "7")
    assert slots(spark) == 7
    spark.conf.set(SETTING, before)

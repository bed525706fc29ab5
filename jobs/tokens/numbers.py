"""Numbers mints, so that daily facts name them by an integer, and what is known of them is looked up by place."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pumploss.tables.gold_token_day import NUMBERS_PER_DAY


def numbered(days: DataFrame) -> DataFrame:
    """Give mints that were never seen before their `mint_number`; others have that of their earlier row, `is_before`.

    Needed of each row: `token_mint`, `day`, `is_new_mint`, `mint_number` where an earlier row has told it.
    """
    place = F.row_number().over(Window.partitionBy("day", "is_unnumbered").orderBy("token_mint")) - 1
    number = F.unix_date("day").cast("bigint") * NUMBERS_PER_DAY + place.cast("bigint")
    marked = days.withColumn("is_unnumbered", F.col("is_new_mint") & F.col("mint_number").isNull())
    new = marked.withColumn("new_number", F.when(F.col("is_unnumbered"), number))
    whole_life = Window.partitionBy("token_mint")
    return new.withColumn("mint_number", F.coalesce("mint_number", F.max("new_number").over(whole_life))).drop(
        "is_unnumbered", "new_number"
    )

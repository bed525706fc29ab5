"""Does what `bronze_trades` is made of: accounts for every line, resolves pools, keeps the text of refused lines."""

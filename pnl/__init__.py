"""Works out profit and loss of cohorts of traders, Arrow to Arrow: no engine, no storage."""

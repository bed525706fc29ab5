"""Works out what is known of a mint: decimals, links and completeness of its tape, and its state at a day's close."""

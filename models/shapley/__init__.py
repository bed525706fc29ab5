"""What each input adds to what trees say, exactly: the Shapley values that LightGBM gives, from tables made once."""

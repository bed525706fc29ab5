"""Works features out a second time, in plain Python from single trades: what the nightly comparison holds against.

Nothing here uses the kernels of `features` or `pnl`. It is slow and short, for some traders a night, and follows what
the docstrings of features and `docs/features.md` say.
"""

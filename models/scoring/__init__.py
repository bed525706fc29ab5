"""Says what a model's files answer of rows of features: all that scoring needs, on NumPy, PyArrow and LightGBM alone.

It imports nothing else of the project, so that it can go wherever a model goes.
"""

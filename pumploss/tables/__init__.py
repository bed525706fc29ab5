"""Declares the tables of the lake: one module per table, named as the table, each with one `TABLE`."""

"""The report of a version: one page that opens offline, made of its evidence alone."""

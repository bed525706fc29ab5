"""Walks the tapes of mints for what a trader met there; windows over days are drawn elsewhere (`rolling`)."""

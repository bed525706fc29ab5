"""Upkeep: small files are gathered, dead ones deleted, logs kept short, and what is pinned stays.

`upkeep.chores` lists what there is to do, one after the other; each module beside it knows one kind of it.
"""

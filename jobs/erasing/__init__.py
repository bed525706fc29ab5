"""Erases a trader from the lake, the registry and the stores, and remembers by a keyed hash that he stays away.

Where do I go to...? The order of things: `erasure.py`. How an address may be written: `forms.py`. Which files hold it,
and how they are rewritten: `files.py`, `lake_days.py`, `log_files.py`. What the ledger says afterwards: `restated.py`.
Rows kept with models: `frames.py`. Bytes that servers and logs keep of what was deleted: `leftovers.py`. Dumps, which
belong to the operator: `landed_lines.py`.
"""

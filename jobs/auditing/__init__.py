"""Follows a published figure back to lines of dumps, and works it out again from them.

Where do I go to...? What is published, and how a row is named: `figures.py`. The lines that a trader's trades stand in:
`lines.py`. What follows from them: `recomputing.py`. The tables and files in between: `chain.py`.
"""

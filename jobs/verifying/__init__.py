"""Whether what is kept agrees: ledger, lake, segments, registry, warm and hot stores; each module looks at one of them.

What is found is a `Finding`. Some findings can be repaired by this package, the others say what to do.
"""

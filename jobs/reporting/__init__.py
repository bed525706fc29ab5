"""The nightly report: a page a night and an index with trends, which open offline; made of lake, ledger and Data Docs.

`figures` reads a night, `night_page` puts its page together out of `loss_parts` and `run_parts`, `index_page` the
trends; `site` keeps them below the home.
"""

"""Examples of every command, as its help and the reference of commands show them."""

from typing import Final

#: By command: what to type after `pumploss`, and what for. A test reads each as the program would.
EXAMPLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "nightly": (
        ("nightly", "simulate 90 days and run them to published results"),
        ("nightly --landing /data/dumps", "take real dumps instead"),
        ("nightly --no-airflow", "the last night in this process as well"),
    ),
    "simulate": (("simulate --days 30 --trades 1000 --landing /data/market", "only write dumps"),),
    "backfill": (
        ("backfill --from 2026-03-01 --to 2026-03-07", "every step of a week"),
        ("backfill --from 2026-03-01 --to 2026-03-07 --steps gold_trader_day publish_warm", "two steps of it"),
    ),
    "run": (
        ("run all --day 2026-03-31", "one day, from dumps to published results"),
        ("run bronze_trades --day 2026-03-31 --accept-completeness", "take a day that really was so small"),
        ("run gold_scores --day 2026-03-31 --rescore", "score again, by today's champions"),
    ),
    "list": (("list", "what runs, in order, and what it reads and writes"),),
    "pages": (("pages --check", "is docs/generated what the code says?"),),
    "docs": (("docs", "every check of the latest nights, in a browser"),),
    "status": (
        ("status", "where everything is, and what waits for a person"),
        ("status --json", "the same for machines; exit code 1 where something waits"),
    ),
    "verify": (
        ("verify --quick", "seconds: what the logs say"),
        ("verify --repair", "read everything, and mend what can be"),
    ),
    "alert": (("alert", "for cron, after the time by which a night is to be published"),),
    "report": (
        ("report", "the pages of nights that have none, or were built again since, and the index"),
        ("report --day 2026-03-31", "only of one night"),
    ),
    "maintain": (
        ("maintain", "what would go, and which versions are pinned by whom"),
        ("maintain --retention-days 30 --yes", "do it, and keep what readers of 30 days may still open"),
    ),
    "backup": (("backup /disk/2026-03-31", "a folder that is not there yet"),),
    "restore": (("restore /disk/2026-03-31", "into the home that PUMPLOSS_HOME names"),),
    "rebind": (("rebind --landing /data/dumps", "the dumps have moved: compare, ask, bind"),),
    "audit": (
        ("audit net:7d:1", "the first of a board, back to files and lines, worked out again"),
        ("audit score:9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "a wallet's score"),
    ),
    "erase": (
        ("erase 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin --dry-run", "what would go, and which dumps hold it"),
        ("erase 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "everywhere, for good; asks before"),
    ),
    "losers": (
        ("losers", "who lost most by losing sells, of the last published day"),
        ("losers --net --period 7d --limit 10", "by net result: gains set off, open positions counted"),
        ("losers --expected", "who is about to lose most"),
    ),
    "trader": (("trader 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin", "everything that is known of one wallet"),),
    "methods": (("methods --until 2026-03-31", "what FIFO, average cost and LIFO make of the same trades"),),
    "model": (
        ("model list", "which versions there are, and which one serves"),
        ("model show risk-score", "how the latest was judged, and what the gate said"),
        ("model report risk-score", "its report as a page that opens offline"),
        ("model rollback risk-score", "back to the champion before"),
    ),
    "serve": (
        ("serve", "PostgreSQL, Redis and the report stay up until Ctrl-C"),
        ("serve --no-report", "without the report, which every user of the machine can read"),
    ),
    "env": (("env", 'for a shell: eval "$(pumploss env)"'),),
    "airflow": (("airflow", "the interface prints its address; the password is in its home"),),
    "completion": (
        ("completion bash", 'for ~/.bashrc: eval "$(pumploss completion bash)"'),
        ("completion zsh", 'for ~/.zshrc: eval "$(pumploss completion zsh)"'),
    ),
}  # fmt: skip


def epilog(command: str, program: str) -> str:
    """Write a command's examples as its help shows them: what is typed, and below it what for."""
    return "examples:\n" + "\n".join(f"  {program} {typed}\n      {why}" for typed, why in EXAMPLES[command])

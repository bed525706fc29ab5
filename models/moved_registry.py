"""Has a registry in SQLite that was moved or copied with its home name its own artifacts.

MLflow stores the full address of every run's and version's artifacts.
"""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from sqlalchemy import Column, Connection, MetaData, String, create_engine, inspect, or_, select


def follow(database: Path, experiment: str, artifacts: Path) -> None:
    """Replace the addresses of an experiment's artifacts by those below a folder, if they name another one.

    Only in a database beside the folder, which moves with it: any other may be shared by homes. What lies where its
    address says and not in the folder keeps its address. All in one transaction: the next call ends
    what was killed.
    """
    if database.resolve().parent != artifacts.parent.resolve():
        return
    engine = create_engine(f"sqlite:///{database}")
    try:
        if not inspect(engine).has_table("experiments"):
            return
        known, wanted = MetaData(), artifacts.as_uri()
        known.reflect(engine, only=["experiments"])
        experiments = known.tables["experiments"]
        with engine.begin() as connection:
            named = select(experiments.c.artifact_location).where(experiments.c.name == experiment)
            stored = connection.execute(named).scalar()
            if stored in (None, wanted) or not stored.startswith("file:"):
                return
            known.reflect(connection)
            for table in known.sorted_tables:
                for column in table.c:
                    if isinstance(column.type, String):
                        _replace(connection, column, stored, wanted)
    finally:
        engine.dispose()


def _replace(connection: Connection, column: Column[str], stored: str, wanted: str) -> None:
    """Replace the addresses in a column that lie below the stored one, save those of what is not held there."""
    is_below = or_(column == stored, column.startswith(f"{stored}/", autoescape=True))
    for address in connection.execute(select(column).where(is_below).distinct()).scalars().all():
        moved = wanted + address[len(stored) :]
        if _path(moved).exists() or not _path(address).exists():
            connection.execute(column.table.update().where(column == address).values({column: moved}))


def _path(address: str) -> Path:
    return Path(url2pathname(urlsplit(address).path))

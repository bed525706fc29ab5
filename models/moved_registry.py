"""Has a registry in SQLite that was moved or copied with its home name its own artifacts.

MLflow stores the full address of every run's and version's artifacts.
"""

from pathlib import Path

from sqlalchemy import MetaData, String, create_engine, func, inspect, select


def follow(database: Path, experiment: str, artifacts: Path) -> None:
    """Replace the addresses of an experiment's artifacts by those below a folder, if they name another one.

    All in one transaction: killed anywhere, the next call does it.
    """
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
            if stored in (None, wanted):
                return
            known.reflect(connection)
            for table in known.sorted_tables:
                for column in table.c:
                    if isinstance(column.type, String):
                        begins = func.substr(column, 1, len(stored)) == stored
                        moved = {column: wanted + func.substr(column, len(stored) + 1)}
                        connection.execute(table.update().where(begins).values(moved))
    finally:
        engine.dispose()

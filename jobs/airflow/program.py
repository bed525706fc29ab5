"""`python -m jobs.airflow.program WORDS`: Airflow's own command line, in a process that begins and ends as ours do."""

import sys

from pumploss.program import begin, end


def main() -> None:
    """Run Airflow's command with the words of this process, to its exit code."""
    begin()
    from airflow.__main__ import main as airflow

    try:
        airflow()  # type: ignore[no-untyped-call]
    except SystemExit as ending:
        if isinstance(ending.code, str):
            sys.stderr.write(f"{ending.code}\n")
        end(ending.code if isinstance(ending.code, int) else int(ending.code is not None))
    end(0)


if __name__ == "__main__":
    main()

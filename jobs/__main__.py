"""`python -m jobs`: the same command line as `pumploss`."""

import sys

from jobs.commands import main

if __name__ == "__main__":
    sys.exit(main(program="python -m jobs"))

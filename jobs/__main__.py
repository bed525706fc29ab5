"""`python -m jobs`: the same command line as `pumploss`."""

from jobs.commands import entry

if __name__ == "__main__":
    entry("python -m jobs")

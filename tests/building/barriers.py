"""A process that dies when it comes to the barrier of a number: before and after each thing that changes a lake."""

#: What such a process begins with: `guard(owner, name)` puts a barrier before and after a function, and the process's
#: first argument is the number of the one at which it dies.
GUARD = """
    import os, signal, sys
    from deltalake import DeltaTable
    from jobs.running.context import open_context
    from pumploss.lake import commit, ledger, staging
    from pumploss.settings import from_environment

    left = [int(sys.argv[1])]

    def barrier():
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    def guard(owner, name):
        real = getattr(owner, name)

        def guarded(*given, **more):
            barrier()
            answer = real(*given, **more)
            barrier()
            return answer

        setattr(owner, name, guarded)

    guard(staging.Stage, "lay")
    guard(commit, "put_in_place")
    guard(DeltaTable, "create_write_transaction")
    guard(ledger.Ledger, "append")
"""

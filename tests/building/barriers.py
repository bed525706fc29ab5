"""A process that dies when it comes to the barrier of a number: before and after each thing that changes a lake."""

#: What such a process begins with: `guard(owner, name)` puts a barrier before and after a function, and
#: `before(owner, name)` one before it alone. The process's first argument is the number of the one at which `fall` is
#: called; `passed` has the name of each that it came by.
GUARD = """
    import os, signal, sys, threading
    from deltalake import DeltaTable
    from jobs.running.context import open_context
    from pumploss.lake import commit, ledger, staging
    from pumploss.settings import from_environment

    left, passed, turn = [int(sys.argv[1])], [], threading.Lock()

    def fall():
        os.kill(os.getpid(), signal.SIGKILL)

    def barrier(name):
        with turn:  # several threads of a publish come by
            is_here = left[0] == 0
            left[0] -= 1
            passed.append(name)
        if is_here:
            fall()

    def guard(owner, name, is_ended=True):
        real = getattr(owner, name)

        def guarded(*given, **more):
            barrier(f"before {name}")
            answer = real(*given, **more)
            if is_ended:
                barrier(f"after {name}")
            return answer

        setattr(owner, name, guarded)

    def before(owner, name):
        guard(owner, name, is_ended=False)

    guard(staging.Stage, "lay")
    guard(commit, "put_in_place")
    guard(DeltaTable, "create_write_transaction")
    guard(ledger.Ledger, "append")
"""

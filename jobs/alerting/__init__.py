"""What waits for a person, and telling them: once per cause, whatever a receiver does, and never in a night's way.

`needs.needs` finds it in the ledger, `telling.tell` sends what was not sent yet, `sending` is the way there.
"""

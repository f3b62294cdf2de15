"""
Troubles: named faults, each with the step that must stop and the cause to be named.

A *trouble* is what somebody on site would call it: "no rule for UDP 53". It is
switched on and off while a rehearsal runs; what it breaks may not exist yet, then it
waits and strikes as soon as it does. `python -m closednet_rehearsal.trouble` tries
the whole catalogue: does the rollout stop where it must, is the right cause named,
is nothing changed afterwards, and does it go on once the trouble is over?
"""

"""
Many sites at once: planned, applied and verified by a pool of workers.

An *order* is one verb for one site. A *pool* gives orders to *workers*, each a process
of its own that does one order after the other: on this machine (`local_pool`), or where
a Dask scheduler has them (`dask_pool`). The *schedule* decides which order begins next,
which is begun again since its worker or kernel died, and when none begins any more. The
*record* of a batch is a journal that is on the disk before the next order begins.

What is done at a site, and what the evidence of it says, is what `closednet plan`,
`apply` and `verify` do there: a batch adds nothing to it and takes nothing from it.
"""

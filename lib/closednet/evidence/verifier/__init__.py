"""
The verifier of archives: Python's standard library and nothing else.

Sealing writes these modules as one file, `verify.py`, into the archive (see
`evidence/single_file.py`); here they are small and tested one by one. None of them
may import anything but the standard library and its neighbours, and every name at
the top of a module is different from those of its neighbours.
"""

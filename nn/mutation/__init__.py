"""Mutation tests: wrong versions of a file, made one at a time, that its tests should notice.

Read `mutants.py` for what is changed, `coverage.py` for which tests reach it, `loading.py` for how
a changed file takes the place of the right one, and `processes.py` for how each runs in a process
of its own.
"""

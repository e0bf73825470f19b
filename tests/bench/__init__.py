"""The benchmark: `make bench`. Measures the running product against the budgets and a floor.

The floor is the least that could do the same work (no sign-in, no rights, no journal) on the same
PostgreSQL in the same run: ratios to it hold on any machine. See docs/operate/performance.md.
"""

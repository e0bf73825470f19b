"""The reference in `docs/reference/`: what can be asked, heard, allowed and set, from the code.

`manage.py generate_reference` writes it; with `--check` it only compares.
"""

"""Tests. A package of its own, since an installed one of the same name would win otherwise."""

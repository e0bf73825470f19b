"""Organisations sign themselves up on the root site."""

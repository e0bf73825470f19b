"""Loaded at start-up: files become a part of the message view, wherever it is shown."""

from messaging.files import selectors, storage

__all__ = ["selectors", "storage"]

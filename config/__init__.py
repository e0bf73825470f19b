"""Wiring only: settings, URL tables, server and worker entry points. Nothing imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

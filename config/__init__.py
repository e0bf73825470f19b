"""Wiring only: settings, URL tables, server and worker entry points. Nothing imports it."""

from config.celery import app as celery_app
from launch.outside import end_in_a_sentence

end_in_a_sentence()

__all__ = ["celery_app"]

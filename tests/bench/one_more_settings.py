"""The settings of a release with one more migration."""

from config.settings import *  # noqa: F403 - they are these, and one more line

MIGRATION_MODULES = {"messaging": "tests.bench.one_more"}

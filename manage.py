#!/usr/bin/env python
"""Django's command line, with PostgreSQL and Redis started or joined for its duration."""

import os
import secrets
import sys

from launch.failure import LaunchError

WITHOUT_SERVERS = {"help", "version", "makemessages", "compilemessages", "diffsettings", "startapp", "collectstatic"}


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether a command line may ask the database or Redis."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in WITHOUT_SERVERS:
        return False
    if os.environ.get("CHANCERY_ENV") == "production":  # everything comes from outside there
        return False
    return not {"-h", "--help"} & set(arguments)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not needs_servers(sys.argv[1:]):
        if os.environ.get("CHANCERY_ENV") != "production":
            os.environ.setdefault("CHANCERY_SECRET_KEY", secrets.token_urlsafe(48))
        return run()

    from launch.datadir import DataDir, default_data_dir
    from launch.environment import describe
    from launch.servers import servers

    try:
        with servers(default_data_dir()) as found:
            os.environ.update(describe(DataDir.prepare(found.data_dir), found))
            run()
    except LaunchError as error:
        sys.exit(str(error))


def run() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

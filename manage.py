#!/usr/bin/env python
"""Django's command line, with PostgreSQL and Redis started or joined for its duration."""

import os
import sys

from launch.failure import LaunchError

WITHOUT_SERVERS = {"help", "version", "check", "makemessages", "compilemessages", "collectstatic"}


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether a command line may ask the database or Redis."""
    if not arguments or arguments[0].startswith("-"):
        return False
    if os.environ.get("CHANCERY_ENV") == "production":  # everything comes from outside there
        return False
    if {"-h", "--help"} & set(arguments):
        return False
    # Only `check --database` looks at one.
    return arguments[0] not in WITHOUT_SERVERS or "--database" in arguments


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not needs_servers(sys.argv[1:]):
        return run()

    from launch.datadir import default_data_dir
    from launch.servers import servers

    try:
        with servers(default_data_dir()) as found:
            os.environ.update(found.environment())
            run()
    except LaunchError as error:
        sys.exit(str(error))


def run() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

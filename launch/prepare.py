"""What has to be true of the database before the product starts: migrated, and filled for a demo.

One process for both: starting Django takes longer than either does when nothing is to be done.

    python -m launch.prepare [--demo]
"""

import os
import sys


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, despite_quarantine=True)
    if "--demo" in arguments:
        call_command("demo")


if __name__ == "__main__":
    main(sys.argv[1:])

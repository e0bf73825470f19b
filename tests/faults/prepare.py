"""Migrates an empty database, makes our cast in it, and prints a token for each of acme's people.

python -m tests.faults.prepare
"""

import json
import os
import sys


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)

    from tests.cast import Cast, settle

    settle()
    cast = Cast()
    tokens = {person.key: person.token for person in (cast.ana, cast.bo, cast.cy)}
    print(json.dumps(tokens))


if __name__ == "__main__":
    main()

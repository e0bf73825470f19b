"""Where an import lists what it could not use: a folder per organisation, erased with it."""

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tenants.hooks import erases


def new_report(slug: str) -> Path:
    """The place of a report that begins now."""
    now = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return _folder(slug) / f"import-slack-{now}.jsonl"


@erases
def erase_reports(slug: str) -> None:
    """Remove all that a tenant's imports listed."""
    shutil.rmtree(_folder(slug), ignore_errors=True)


def _folder(slug: str) -> Path:
    return Path(settings.CHANCERY_DATA_DIR) / "reports" / slug

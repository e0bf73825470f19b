"""All pages of the reference, and where they are kept."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils import translation

from messaging.reference import interfaces, operation, rules

FOLDER = settings.BASE_DIR / "docs" / "reference"

PAGES: Mapping[str, Callable[[], str]] = {
    "rest.md": interfaces.rest_page,
    "refusals.md": interfaces.refusals_page,
    "live.md": interfaces.live_page,
    "events.md": interfaces.events_page,
    "permissions.md": rules.permissions_page,
    "policies.md": rules.policies_page,
    "commands.md": operation.commands_page,
    "settings.md": operation.settings_page,
    "metrics.md": operation.metrics_page,
}


def stale() -> dict[str, str]:
    """The pages that are not as the code is, with what they should be."""
    with translation.override("en"):
        wanted = {name: make() for name, make in PAGES.items()}
    return {
        name: text
        for name, text in wanted.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text() != text
    }

from importlib import import_module

from django.apps import AppConfig

FEATURES = (
    "people",
    "conversations",
    "grants",
    "reviews",
    "messages",
    "files",
    "avatars",
    "receipts",
    "sidebar",
    "lifecycle",
    "reactions",
    "pins",
    "saved",
    "priority",
    "polls",
    "emoji",
    "status",
    "previews",
    "threads",
    "drafts",
    "scheduled",
    "forwards",
    "moving",
    "search",
    "attention",
    "trace",
    "live",
)


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = "Messaging"

    def ready(self) -> None:
        """Load what registers itself: events, handlers, renderers and tasks of each feature."""
        for feature in FEATURES:
            for part in (
                "events",
                "handlers",
                "selectors",
                "frames",
                "carrying",
                "resealing",
                "tasks",
            ):
                _import_if_there(f"messaging.{feature}.{part}")


def _import_if_there(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise

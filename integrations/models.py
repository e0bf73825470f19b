"""Tables of the integrations app, gathered from its features for Django."""

from integrations.slack.models import SlackWorkspace

__all__ = ["SlackWorkspace"]

"""Mounts each feature's routes on the REST API."""

from accounts.domains.api import router as domains
from accounts.grants.api import router as object_grants
from accounts.groups.api import router as groups
from accounts.invitations.api import router as invitations
from accounts.oauth.api import router as oauth_apps
from accounts.policies.api import router as policies
from accounts.requests import authenticate
from accounts.roles.api import router as roles
from accounts.sessions.api import router as sessions
from accounts.sso.api import router as identity_providers
from accounts.tokens.api import router as tokens
from core.api import make_api
from messaging.avatars.api import router as avatars
from messaging.conversations.api import router as conversations
from messaging.drafts.api import router as drafts
from messaging.emoji.api import router as emoji
from messaging.explain.api import router as explain
from messaging.files.api import router as files
from messaging.grants.api import router as grants
from messaging.live.api import router as live
from messaging.messages.api import router as messages
from messaging.moving.api import router as moving
from messaging.people.api import router as people
from messaging.pins.api import router as pins
from messaging.polls.api import router as polls
from messaging.previews.api import router as previews
from messaging.priority.api import router as priority
from messaging.reactions.api import router as reactions
from messaging.receipts.api import router as receipts
from messaging.reviews.api import router as reviews
from messaging.saved.api import router as saved
from messaging.scheduled.api import router as scheduled
from messaging.search.api import router as search
from messaging.sidebar.api import router as sidebar
from messaging.status.api import router as status
from messaging.threads.api import router as threads
from messaging.trace.api import router as trace

api = make_api(auth=authenticate)
# Django tries one route after the other: what is asked for all the time stands first.
for feature in (
    messages,
    receipts,
    live,
    threads,
    sidebar,
    reactions,
    conversations,
    sessions,
    invitations,
    domains,
    people,
    groups,
    roles,
    tokens,
    oauth_apps,
    identity_providers,
    policies,
    grants,
    object_grants,
    explain,
    reviews,
    priority,
    polls,
    emoji,
    status,
    previews,
    search,
    files,
    avatars,
    pins,
    moving,
    saved,
    trace,
    drafts,
    scheduled,
):
    api.add_router("", feature)

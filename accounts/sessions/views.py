"""The page on which people see where they are signed in, and end it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_for
from accounts.sessions import services
from accounts.sessions.selectors import sessions_of
from core.errors import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """List them; a POST ends one, or all but this one."""
    actor, key = actor_for(request.user), request.session.session_key
    if request.method == "POST":
        if "others" in request.POST:
            ended = services.revoke_sessions_of(actor, user_id=request.user.pk, but=key)
            words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
            messages.success(request, words % {"count": ended})
        else:
            _end(request)
        return HttpResponseRedirect(request.path)
    rows = sessions_of(actor, current_key=key)
    return render(request, "accounts/sessions.html", {"sessions": rows})


def _end(request: HttpRequest) -> None:
    try:
        services.revoke_session(
            actor_for(request.user), session_id=UUID(request.POST.get("session", ""))
        )
    except (ValueError, NotFound):
        messages.error(request, _("That session has ended already."))
        return
    messages.success(request, _("The session has ended."))

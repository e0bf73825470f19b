"""The organisation's logo and colour, for pages that anybody may open."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.branding.models import Branding, picture
from accounts.policies.selectors import current


@require_safe
@cache_control(public=True, max_age=300)
def logo(request: HttpRequest) -> HttpResponse:
    """The picture, as nothing but a picture."""
    branding = current(Branding)
    if not branding.logo:
        raise Http404
    raw, kind = picture(branding.logo)
    response = HttpResponse(raw, content_type=kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=300)
def style(request: HttpRequest) -> HttpResponse:
    """The colour, in place of the seal's; in the dark a lighter one of the same hue."""
    colour = current(Branding).colour
    if not colour:
        raise Http404
    css = (
        f":root{{--seal:light-dark({colour},color-mix(in oklab,{colour},white 55%));"
        f"--seal-strong:light-dark(color-mix(in oklab,{colour},black 15%),"
        f"color-mix(in oklab,{colour},white 65%))}}\n"
    )
    return HttpResponse(css, content_type="text/css; charset=utf-8")

"""What the base page needs: its stylesheet, and the theme the person chose."""

from django import template

from core import assets

register = template.Library()

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "contrast")


@register.simple_tag
def page_styles() -> tuple[str, ...]:
    """The stylesheets of server-rendered pages; none while the client is not built."""
    entry = assets.entry("src/pages.ts")
    return entry.styles if entry else ()


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """`light`, `dark` or `contrast` when the person chose one, else empty: the system decides."""
    request = context.get("request")
    theme = request.COOKIES.get(THEME_COOKIE, "") if request else ""
    return theme if theme in THEMES else ""

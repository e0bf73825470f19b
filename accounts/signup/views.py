"""Pages of the root site on which an organisation signs itself up."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signup.forms import RetryForm, SignupForm
from core.errors import NotFound, Refusal, TooMany
from core.http import client_address
from core.limits import Quota, check
from tenants.hosts import domain_name
from tenants.models import Signup, SignupState
from tenants.signup import carry_out, request_signup, retry, signup

QUOTA = Quota("signup", per_minute=10, burst=20)

_makers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="signup")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an organisation."""
    if request.method != "POST":
        return _form(request, SignupForm())
    form = SignupForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        check(request, client_address(request), QUOTA)
        row = request_signup(**form.values(), locale=get_language() or settings.LANGUAGE_CODE)
    except Refusal as refusal:
        return _refused(request, form, refusal)
    _makers.submit(make, row.id)
    return redirect("signup-progress", row.id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, id_: UUID) -> HttpResponse:
    """Show how far it has come; a POST tries again what failed."""
    form = RetryForm(request.POST) if request.method == "POST" else None
    try:
        row = signup(id_)
        if form is None:
            return _progress(request, row, None)
        if row.state != SignupState.FAILED:
            return redirect("signup-progress", row.id)
        if not form.is_valid():
            return _progress(request, row, form, status=422)
        check(request, client_address(request), QUOTA)
        row = retry(id_, slug=form.cleaned_data["slug"])
    except NotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        assert form is not None
        form.add_error("slug", _sentence(refusal))
        return _wait(_progress(request, signup(id_), form, status=refusal.status), refusal)
    _makers.submit(make, row.id)
    return redirect("signup-progress", row.id)


@never_cache
@require_safe
def state(request: HttpRequest, id_: UUID) -> JsonResponse:
    """The same for a script, or for whoever polls."""
    try:
        row = signup(id_)
    except NotFound as missing:
        raise Http404 from missing
    is_ready = row.state == SignupState.READY
    return JsonResponse(
        {
            "state": row.state,
            "trouble": row.trouble,
            "sign_in_url": sign_in_url(request, row) if is_ready else None,
        }
    )


def make(id_: UUID) -> None:
    """Carry a request out, in a thread that gives its connection back."""
    try:
        carry_out(id_)
    finally:
        connection.close()


def sign_in_url(request: HttpRequest, row: Signup) -> str:
    """Where the new owner signs in, with their address filled in."""
    port = request.get_host().partition(":")[2]
    host = domain_name(row.slug) + (f":{port}" if port else "")
    query = urlencode({"email": row.owner_email})
    return f"{request.scheme}://{host}{settings.LOGIN_URL}?{query}"


def _form(request: HttpRequest, form: SignupForm, status: int = 200) -> HttpResponse:
    _mark_errors(form)
    suffix = request.get_host()
    return render(request, "accounts/signup.html", {"form": form, "suffix": suffix}, status=status)


def _refused(request: HttpRequest, form: SignupForm, refusal: Refusal) -> HttpResponse:
    for error in refusal.errors:
        form.refuse(error.field, str(error.message))
    if not refusal.errors:
        form.add_error(None, _sentence(refusal))
    return _wait(_form(request, form, status=refusal.status), refusal)


def _wait(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    if refusal.retry_after_s is not None:
        response["Retry-After"] = str(refusal.retry_after_s)
    return response


def _progress(
    request: HttpRequest, row: Signup, form: RetryForm | None, status: int = 200
) -> HttpResponse:
    context = {
        "signup": row,
        "is_open": row.state in (SignupState.WAITING, SignupState.WORKING),
        "is_ready": row.state == SignupState.READY,
        "sign_in_url": sign_in_url(request, row),
        "form": form or RetryForm(initial={"slug": row.slug}),
        "suffix": request.get_host(),
    }
    return render(request, "accounts/signup_progress.html", context, status=status)


def _mark_errors(form: SignupForm) -> None:
    """Say which fields are wrong, and let people begin with the first of them."""
    wrong = [field for name, field in form.fields.items() if form.is_bound and name in form.errors]
    for field in wrong:
        field.widget.attrs["aria-invalid"] = "true"
    if wrong:
        form.fields["name"].widget.attrs.pop("autofocus", None)
        wrong[0].widget.attrs["autofocus"] = True


def _sentence(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany):  # whose own words are for programs
        return str(_("Too many requests. Wait a minute."))
    return str(refusal.detail or (refusal.errors[0].message if refusal.errors else refusal.title))

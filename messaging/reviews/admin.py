"""Access reviews in their organisation's console: opened, decided, closed, reported."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import actor_for
from accounts.changed_things import called
from accounts.grants.kinds import kinds
from accounts.pages import ServicePage, sentence
from accounts.people.models import User
from core.actor import Actor
from core.console import Section
from core.errors import NotFound, Refusal
from core.permissions import Permission
from core.problem import problem_of
from messaging.reviews import selectors, services
from messaging.reviews.models import ROLE, AccessReview, Decision, ReviewItem

SHOWN = 100
DECISIONS = (Decision.ATTESTED.value, Decision.REVOKED.value)


def _line(item: ReviewItem) -> dict[str, Any]:
    """A line as the page shows it."""
    return {
        "id": item.id,
        "label": item.label,
        "kind": kind_in_words(item.kind),
        "decision": item.get_decision_display(),
        "note": item.note,
        "is_open": item.decision == Decision.OPEN,
    }


def kind_in_words(kind: str) -> str:
    """What a line is about."""
    if kind == ROLE:
        return str(_("role"))
    name, _to, holder = kind.partition("_to_")
    label = next((str(one.label) for one in kinds() if one.name == name), name)
    to = _("to a person") if holder == "person" else _("to a group")
    return f"{label} {to}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound("item") from wrong


def _concerned(request: HttpRequest) -> bool:
    actor = actor_for(request.user)  # type: ignore[arg-type]
    if not request.user.is_staff:  # type: ignore[union-attr]
        return False
    mine = AccessReview.objects.filter(reviewer_id=actor.user_id)
    return actor.may(Permission.ACCESS_REVIEW) or mine.exists()


class _OfReviews(ServicePage):
    def has_module_permission(self, request: HttpRequest) -> bool:
        return _concerned(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _concerned(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AccessReview)
class AccessReviewAdmin(_OfReviews):
    """A campaign lists what is granted at this moment; its report can be kept as a file."""

    section = Section.RIGHTS
    lead = _(
        "Writes down who has what at this moment; its reviewer says of each line whether it stays."
    )
    add_words = _("Begin an access review")
    list_display = ("name", "reviewer", "due_at", "created_at", "closed_at", "report")
    list_select_related = ("reviewer",)
    ordering = ("-id",)
    fields = ("name", "reviewer", "due_at")
    autocomplete_fields = ("reviewer",)
    actions = ("close",)
    change_form_template = "messaging/review.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessReview]:
        rows, actor = super().get_queryset(request), actor_for(request.user)  # type: ignore[arg-type]
        if actor.may(Permission.ACCESS_REVIEW):
            return rows
        return rows.filter(reviewer_id=actor.user_id)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:review_id>/report.<str:kind>", wrap(self.download)),
            path("<uuid:review_id>/decide/", wrap(self.decide)),
            path("<uuid:review_id>/close/", wrap(self.close_one)),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The lines of the review, each to be decided right there."""
        row = self.get_object(request, object_id)
        extra = self._shown(request, row.id) if row is not None else {}
        return super().change_view(request, object_id, form_url, extra)

    def _shown(self, request: HttpRequest, review_id: UUID) -> dict[str, Any]:
        actor = actor_for(request.user)  # type: ignore[arg-type]
        review = selectors.review(actor, review_id)
        rows = Paginator(ReviewItem.objects.filter(review=review).order_by("id"), SHOWN)
        page = rows.get_page(request.GET.get("page"))
        return {
            "review": review,
            "title": review.name,
            "subtitle": None,
            "base": f"/admin/messaging/accessreview/{review.id}/",
            "page": page,
            "lines": [_line(row) for row in page],
            "may_decide": review.reviewer_id == actor.user_id and review.closed_at is None,
            "may_close": review.closed_at is None,
        }

    def decide(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        """One line by its own buttons, or those that were chosen."""
        decision = next((one for one in DECISIONS if one in request.POST), None)
        if request.method != "POST" or decision is None:
            raise Http404
        named = request.POST[decision]
        ids = request.POST.getlist("item") if named == "chosen" else [named]
        actor, done = actor_for(request.user), 0  # type: ignore[arg-type]
        for id_ in ids[:SHOWN]:
            try:
                services.decide(actor, review_id=review_id, item_id=_uuid(id_), decision=decision)
                done += 1
            except Refusal as refusal:
                self.message_user(request, sentence(refusal), messages.ERROR)
        words = ngettext("%(count)d line is decided.", "%(count)d lines are decided.", done)
        if done:
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
        return self._back(request, review_id)

    def close_one(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        """End the deciding."""
        if request.method != "POST":
            raise Http404
        try:
            services.close_review(actor_for(request.user), review_id=review_id)  # type: ignore[arg-type]
        except NotFound as refusal:
            raise Http404 from refusal
        return self._back(request, review_id)

    def _back(self, request: HttpRequest, review_id: UUID) -> HttpResponse:
        number = request.GET.get("page", "1")
        query = f"?page={number}" if number.isdecimal() and number != "1" else ""
        return HttpResponseRedirect(f"/admin/messaging/accessreview/{review_id}/change/{query}")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff and actor_for(request.user).may(Permission.ACCESS_REVIEW)  # type: ignore[union-attr, arg-type]

    def create(self, actor: Actor, values: dict[str, Any]) -> AccessReview:
        reviewer: User = values["reviewer"]
        return services.open_review(
            actor, name=values["name"], reviewer_id=reviewer.id, due_at=values["due_at"]
        )

    @admin.display(description=_("report"))
    def report(self, review: AccessReview) -> str:
        base = f"/admin/messaging/accessreview/{review.id}/report"
        return format_html('<a href="{}.csv">CSV</a> <a href="{}.json">JSON</a>', base, base)

    def download(self, request: HttpRequest, review_id: Any, kind: str) -> HttpResponse:
        """The report, as a table or as JSON."""
        try:
            lines = selectors.report(actor_for(request.user), review_id)  # type: ignore[arg-type]
        except NotFound as refusal:
            return problem_of(refusal)
        name = f"access-review-{review_id}"
        if kind == "json":
            response: HttpResponse = JsonResponse({"items": lines})
        else:
            text = selectors.as_csv(lines)
            response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        extension = "json" if kind == "json" else "csv"
        response["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
        return response

    @admin.action(description=_("Close the chosen reviews"))
    def close(self, request: HttpRequest, reviews: QuerySet[AccessReview]) -> None:
        for review in reviews:
            services.close_review(actor_for(request.user), review_id=review.id)  # type: ignore[arg-type]


@admin.register(ReviewItem)
class ReviewItemAdmin(_OfReviews):
    """What is to be decided: choose lines, and attest or revoke them."""

    section = Section.RIGHTS
    lead = _("Every line of every review, to search and to decide many at once.")
    list_display = ("label", "about", "review", "decision", "decided_at")
    list_display_links = None
    list_filter = (
        ("review", admin.RelatedOnlyFieldListFilter),
        "decision",
        ("kind", admin.AllValuesFieldListFilter),
    )
    list_select_related = ("review",)
    search_fields = ("label",)
    ordering = ("review", "id")
    actions = ("attest", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewItem]:
        rows, actor = super().get_queryset(request), actor_for(request.user)  # type: ignore[arg-type]
        if actor.may(Permission.ACCESS_REVIEW):
            return rows
        return rows.filter(review__reviewer_id=actor.user_id)

    @admin.display(description=_("kind"), ordering="kind")
    def about(self, item: ReviewItem) -> str:
        return kind_in_words(item.kind)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Attest: it is to stay"))
    def attest(self, request: HttpRequest, items: QuerySet[ReviewItem]) -> None:
        self._decide(request, items, Decision.ATTESTED)

    @admin.action(description=_("Revoke at once"))
    def revoke(self, request: HttpRequest, items: QuerySet[ReviewItem]) -> None:
        self._decide(request, items, Decision.REVOKED)

    def _decide(
        self, request: HttpRequest, items: QuerySet[ReviewItem], decision: Decision
    ) -> None:
        for item in items:
            try:
                services.decide(
                    actor_for(request.user),  # type: ignore[arg-type]
                    review_id=item.review_id,
                    item_id=item.id,
                    decision=decision,
                )
            except Refusal as refusal:
                self.message_user(request, f"{item}: {sentence(refusal)}", messages.ERROR)


def _reviews(actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {row.id: row.name for row in AccessReview.objects.filter(id__in=ids)}


called(_reviews, review_id=_("access review"))

"""Access reviews in their organisation's console: opened, decided, closed, reported."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.pages import ServicePage, sentence
from accounts.people.models import User
from core.actor import Actor
from core.errors import NotFound, Refusal
from core.permissions import Permission
from core.problem import problem_of
from messaging.reviews import selectors, services
from messaging.reviews.models import AccessReview, Decision, ReviewItem


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

    list_display = ("name", "reviewer", "due_at", "created_at", "closed_at", "report")
    list_select_related = ("reviewer",)
    ordering = ("-id",)
    fields = ("name", "reviewer", "due_at")
    autocomplete_fields = ("reviewer",)
    actions = ("close",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessReview]:
        rows, actor = super().get_queryset(request), actor_for(request.user)  # type: ignore[arg-type]
        if actor.may(Permission.ACCESS_REVIEW):
            return rows
        return rows.filter(reviewer_id=actor.user_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download)
        return [path("<uuid:review_id>/report.<str:kind>", view), *super().get_urls()]

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

    list_display = ("label", "kind", "review", "decision", "decided_at")
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

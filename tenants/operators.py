"""The console of the people who run the service, at the root site's `/admin/`.

It shows the catalogue of tenants and nothing from inside them. Tenant and Domain are registered
here and nowhere else.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core.console import Console
from core.errors import Refusal
from core.metrics import metrics_page, not_here
from tenants import levels, services
from tenants.context import OPERATORS, in_public, tenant_or_none
from tenants.models import Domain, Tenant, TenantState

_SIZE = """
(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
 WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(tenants_tenant.schema_name::text))
"""


class OperatorSite(Console):
    """Lets nobody in but the operators, whatever host and session they come with."""

    site_header = _("Chancery: operators")
    site_title = _("Operators")
    index_title = _("The service")

    def has_permission(self, request: HttpRequest) -> bool:
        return tenant_or_none() == OPERATORS and super().has_permission(request)


operator_site = OperatorSite(name="admin")


def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics, for operators who are signed in; a scraper asks from the machine itself."""
    return metrics_page() if operator_site.has_permission(request) else not_here()


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at; what may be done with them is an action."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DomainInline(admin.StackedInline):
    model = Domain
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Tenant, site=operator_site)
class TenantAdmin(ReadOnlyAdmin):
    """Tenants with their size, state and level of migrations."""

    list_display = ("slug", "name", "state", "size", "level", "created_at", "delete_after")
    list_filter = ("state",)
    search_fields = ("slug", "name")
    ordering = ("slug",)
    list_per_page = 100
    inlines = (DomainInline,)
    actions = ("suspend", "resume", "mark_for_deletion", "keep", "erase")
    fields = (
        "slug",
        "name",
        "state",
        "created_at",
        "suspended_at",
        "delete_after",
        "size",
        "level",
        "trouble",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).annotate(size_bytes=RawSQL(_SIZE, []))  # noqa: S611 - a constant

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Ask for the levels of all tenants on the page at once."""
        page = super().get_changelist_instance(request)
        lacking = levels.missing([tenant.schema_name for tenant in page.result_list])
        for tenant in page.result_list:
            tenant.lacking = lacking[tenant.schema_name]
        return page

    @admin.display(description=_("size"), ordering="size_bytes")
    def size(self, tenant: Any) -> str:
        return filesizeformat(tenant.size_bytes)

    @admin.display(description=_("migrations"))
    def level(self, tenant: Any) -> str:
        if not hasattr(tenant, "lacking"):
            tenant.lacking = levels.missing([tenant.schema_name])[tenant.schema_name]
        if not tenant.lacking:
            return str(_("current"))
        return str(_("%(count)d behind") % {"count": tenant.lacking})

    @admin.action(description=_("Suspend: take off their addresses"))
    def suspend(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> HttpResponse | None:
        return self._confirmed(request, tenants, "suspend", services.suspend)

    @admin.action(description=_("Undo the suspension"))
    def resume(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> HttpResponse | None:
        return self._confirmed(request, tenants, "resume", services.resume)

    @admin.action(description=_("Delete after the grace period"))
    def mark_for_deletion(
        self, request: HttpRequest, tenants: QuerySet[Tenant]
    ) -> HttpResponse | None:
        return self._confirmed(request, tenants, "mark_for_deletion", services.mark_for_deletion)

    @admin.action(description=_("Undo the deletion"))
    def keep(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> HttpResponse | None:
        return self._confirmed(request, tenants, "keep", services.keep)

    @admin.action(description=_("Erase now: there is no way back"))
    def erase(self, request: HttpRequest, tenants: QuerySet[Tenant]) -> HttpResponse | None:
        return self._confirmed(request, tenants, "erase", services.erase)

    def _confirmed(
        self,
        request: HttpRequest,
        tenants: QuerySet[Tenant],
        action: str,
        act: Callable[[str], Any],
    ) -> HttpResponse | None:
        """Show what will happen to whom; act only on the answer."""
        if request.POST.get("confirmed") != "yes":
            context = {
                **self.admin_site.each_context(request),
                "title": dict(self.get_action_choices(request))[action],
                "tenants": tenants,
                "action": action,
                "opts": self.model._meta,
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "tenants/confirm.html", context)
        for tenant in tenants:
            self._act(request, tenant, act)
        return None

    def _act(self, request: HttpRequest, tenant: Tenant, act: Callable[[str], Any]) -> None:
        try:
            act(tenant.slug)
        except Refusal as refusal:
            sentence = refusal.detail or refusal.title
            self.message_user(request, f"{tenant.slug}: {sentence}", messages.ERROR)
            return
        with in_public():
            now = Tenant.objects.filter(id=tenant.id).first()
        state = _("erased") if now is None else TenantState(now.state).label
        self.message_user(request, f"{tenant.slug}: {state}", messages.SUCCESS)

"""A form's field of rows: what the provider calls something, and what that becomes here."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

from core.errors import Words

type Row = tuple[str, str, str]
"""What is sent, what is chosen for it, and a name where the choice needs one."""

BLANK = 3
MOST = 500


class RowsWidget(forms.Widget):
    """A table of inputs with some rows to spare; a button makes more, where scripts run."""

    template_name = "accounts/rows.html"

    class Media:
        js = (Script("accounts/rows.js", defer=True),)

    def __init__(self, heads: Sequence[Words], choices: Sequence[tuple[str, Words]]) -> None:
        super().__init__()
        self.heads, self.choices = heads, choices
        self.names: Iterable[str] = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *[("", "", "")] * BLANK]
        context["widget"] |= {
            "heads": self.heads,
            "choices": [("", "—"), *self.choices],
            "rows": rows,
            "has_names": len(self.heads) > 2,
            "names": list(self.names),
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        values = data.getlist(f"{name}-value") if hasattr(data, "getlist") else []
        chosen = data.getlist(f"{name}-choice") if values else []
        named = data.getlist(f"{name}-name") if values else []
        rows = []
        for place, value in enumerate(values[: MOST + 1]):
            choice = chosen[place] if place < len(chosen) else ""
            given = named[place] if place < len(named) else ""
            if value.strip() or choice or given.strip():
                rows.append((value.strip(), choice, given.strip()))
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-value" not in data

    def id_for_label(self, id_: str) -> str:
        """None: the table has a caption, and each input a label of its own."""
        return ""


class RowsField(forms.Field):
    """Rows that are whole; which is not is said by its number."""

    widget: RowsWidget

    def __init__(
        self, *, heads: Sequence[Words], choices: Sequence[tuple[str, Words]], **kwargs: Any
    ) -> None:
        self._choices = dict(choices)
        super().__init__(widget=RowsWidget(heads, choices), required=False, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [tuple(row) for row in initial or []] != [tuple(row) for row in data or []]

    def clean(self, value: Any) -> list[Row]:
        rows: list[Row] = value or []
        if len(rows) > MOST:
            raise forms.ValidationError(_("At most %(most)d rows.") % {"most": MOST})
        for number, (sent, choice, _name) in enumerate(rows, 1):
            if not sent or choice not in self._choices:
                words = _("Row %(number)d: say what is sent, and choose what it becomes.")
                raise forms.ValidationError(words % {"number": number})
        repeated = _repeated(sent for sent, _choice, _name in rows)
        if repeated and len(self.widget.heads) == 2:
            words = _("%(value)s appears in two rows.")
            raise forms.ValidationError(words % {"value": repeated[:60]})
        return rows


def _repeated(values: Iterable[str]) -> str:
    seen: set[str] = set()
    return next((value for value in values if value in seen or seen.add(value)), "")

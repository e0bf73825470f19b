"""How every form of ours is drawn."""

from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates


class Named(BoundField):
    """A field whose label is its name; the colon that Django puts behind it is left away."""

    def label_tag(
        self, contents: Any = None, attrs: Any = None, label_suffix: Any = None, tag: Any = None
    ) -> Any:
        return super().label_tag(contents, attrs, label_suffix or "", tag)


class Renderer(DjangoTemplates):
    """Django's own templates, with our labels."""

    bound_field_class = Named

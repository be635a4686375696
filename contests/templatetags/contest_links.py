"""From a lead or a project back to the contest entry it came from, for pages of the apps below."""

from typing import Any

from django import template
from django.urls import reverse

from contests.models import Entry

register = template.Library()


@register.simple_tag(takes_context=True)
def contest_entry_url(context: Any, record: Any) -> str:
    """The address of the entry that became this lead or project; empty where there is none to be seen."""
    source = getattr(record, "source", "") or getattr(record, "lead_source", "")
    request = context.get("request")
    if source != "contest" or request is None:
        return ""
    link = {record._meta.model_name: record.pk}
    entry = Entry.objects.visible_to(request.user).filter(**link).values_list("pk", flat=True).first()
    return reverse("contest-entry-detail", args=[entry]) if entry else ""

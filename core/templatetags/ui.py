"""The product's visual vocabulary. docs/design.md shows each part; /styleguide/ shows it alive.

Words and colours of statuses are fixed in ``core.web.looks``.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from core.templatetags import fmt
from core.web.looks import FILE_ICONS, QUALIFIERS, STAGES, STATUSES, Look, Words

register = template.Library()


# --- small marks ---------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, css: str = "", label: Words = "") -> SafeString:
    """``{% icon "check" %}``: one icon of the sprite; ``css`` may be ``icon-s`` or ``icon-l``."""
    aria = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"/></svg>', css, aria, static("icons.svg"), name
    )


@register.simple_tag
def pill(word: Words, tone: str = "quiet", icon_name: str = "", title: Words = "") -> SafeString:
    """``{% pill _("Late") "warn" "clock" %}``: for words that are not a fixed status."""
    mark = icon(icon_name) if icon_name else ""
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="pill tone-{}"{}>{}{}</span>', tone or "quiet", hint, mark, word)


@register.simple_tag
def status_pill(code: Any, label: Words = "", title: Words = "") -> SafeString:
    """``{% status_pill run.state %}``: the fixed word, tone and icon of ``STATUSES``.

    ``label`` replaces the word where the model has its own. Nothing is shown for an empty code.
    """
    key = str(code or "")
    if not key:
        return mark_safe("")
    look = STATUSES.get(key, Look(label or key, "quiet", ""))
    return pill(label or look.word, look.tone, look.icon, title)


@register.simple_tag(takes_context=True)
def visible_tabs(context: Context) -> list[dict[str, Any]]:
    """The tabs of the open section that this person is offered."""
    tabs: list[dict[str, Any]] = context.get("section_tabs") or []
    return [tab for tab in tabs if not tab["only_if"] or context.get(tab["only_if"])]


@register.simple_tag
def stage_pill(code: Any, label: Words = "") -> SafeString:
    """``{% stage_pill project.stage project.get_stage_display %}``."""
    tone, mark = STAGES.get(str(code), ("quiet", "circle"))
    return pill(label or str(code), tone, mark)


@register.simple_tag
def copy(value: Any, shown: Any = None) -> SafeString:
    """A value with a button that copies it whole; ``shown`` is a shorter form to print."""
    from django.utils.translation import gettext

    return format_html(
        '<span class="mono" title="{}">{}</span> <button type="button" class="copy" data-copy="{}" '
        'aria-label="{}">{}</button>',
        value, value if shown is None else shown, value, gettext("Copy"), icon("copy", "icon-s"),
    )  # fmt: skip


@register.simple_tag
def meter(value: Any, maximum: Any = 100, tone: str = "") -> SafeString:
    """A small bar beside a figure: ``value`` of ``maximum``. The figure itself is printed by the page."""
    amount, limit = fmt.as_decimal(value), fmt.as_decimal(maximum)
    share = min(max(amount / limit, Decimal(0)), Decimal(1)) if amount is not None and limit else Decimal(0)
    return format_html(
        '<svg class="meter {}" aria-hidden="true" viewBox="0 0 100 6" preserveAspectRatio="none">'
        '<rect width="{}" height="6" rx="2"/></svg>',
        f"tone-{tone}" if tone else "", f"{share * 100:.1f}",
    )  # fmt: skip


@register.filter
def qualifier_word(code: Any) -> str:
    """``above`` → 超过; an unknown word stays as it is."""
    return str(QUALIFIERS.get(str(code or ""), code or ""))


@register.filter
def file_icon(name: Any) -> str:
    """The icon that fits a file name or an extension."""
    return FILE_ICONS.get(str(name).rsplit(".", 1)[-1].lower(), "file")


# --- figures ----------------------------------------------------------------------------------------
@register.inclusion_tag("components/figure.html")
def figure(value: Any, unit: Words = "", **details: Any) -> dict[str, Any]:
    """A number in running text or a table; with any detail it opens a card.

    ``{% figure 11 _("projects") qualifier="above" as_of=fact.as_of scope=fact.scope status="press"
    formula=… records=rows source=… source_url=… label=… places=0 %}``; ``records`` are dicts or objects
    with ``label`` and ``url``. Ready-made text may be given as ``value``.
    """
    return _figure(value, unit, details)


@register.inclusion_tag("components/key_figure.html")
def key_figure(label: Words, value: Any, unit: Words = "", **details: Any) -> dict[str, Any]:
    """One big number; put several into ``<div class="figures">``.

    Details as ``figure``, and ``url``, ``note``, ``trend`` (such as "+3 on last quarter"), ``trend_tone``.
    """
    return _figure(value, unit, details | {"label": label})


def _figure(value: Any, unit: Words, details: Mapping[str, Any]) -> dict[str, Any]:
    amount = None if isinstance(value, SafeString) else fmt.as_decimal(value)
    shown = value if amount is None else fmt.number(amount, details.get("places"))
    keys = ("as_of", "scope", "formula", "records", "source", "source_url", "evidence")
    return {
        **details,
        "value": fmt.NONE if value is None or value == "" else shown,
        "missing": value is None or value == "",
        "unit": unit,
        "qualifier": qualifier_word(details.get("qualifier")),
        "has_card": any(details.get(key) for key in keys),
    }


# --- lists of things ----------------------------------------------------------------------------------
@register.inclusion_tag("components/stage_bar.html")
def stage_bar(steps: Iterable[Any]) -> dict[str, Any]:
    """Steps with ``label``, ``state`` (done, current, next, ahead, skipped, stopped, paused) and ``date``."""
    return {"steps": list(steps)}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any], empty: Words = "") -> dict[str, Any]:
    """Events with ``on`` and ``title``.

    They may have ``text``, ``icon``, ``tone``, ``by``, ``url``, ``status``, ``links``.
    """
    return {"events": list(events), "empty": empty}


@register.inclusion_tag("components/task_list.html")
def task_list(items: Iterable[Any], empty: Words = "") -> dict[str, Any]:
    """What is missing: items with ``label``; may have ``message``, ``url``, ``action``, ``state``.

    States are open (the default), wait and done.
    """
    return {"items": list(items), "empty": empty}


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows ``(term, value)``; a missing value prints a dash."""
    return {"rows": list(rows)}


@register.inclusion_tag("components/file_list.html")
def file_list(files: Iterable[Any], empty: Words = "") -> dict[str, Any]:
    """Files with ``name`` and any of ``url``, ``size``, ``sha256``, ``on``, ``by``, ``status``, ``note``."""
    return {"files": list(files), "empty": empty}


@register.inclusion_tag("components/progress.html")
def progress(
    percent: Any, words: Words = "", state: str = "running", steps: Iterable[Any] = ()
) -> dict[str, Any]:
    """Percent 0 to 100 and the step in words; ``state`` is queued, running, done or failed.

    ``steps`` have ``label`` and ``state`` (done, current, failed or nothing).
    """
    return {"percent": int(percent or 0), "words": words, "state": state, "steps": list(steps)}


@register.inclusion_tag("components/empty.html")
def empty_state(
    title: Words, text: Words = "", icon: str = "inbox", action: Words = "", url: str = ""
) -> dict[str, Any]:
    """Says what will be here, and offers the first action."""
    return {"title": title, "text": text, "icon": icon, "action": action, "url": url}


@register.inclusion_tag("components/pages.html")
def keyset_pages(
    next_url: str = "", previous_url: str = "", count: Words | int = "", unit: Words = ""
) -> dict[str, Any]:
    """Foot of a list: ``count`` may be "50+"."""
    return {"next_url": next_url, "previous_url": previous_url, "count": count, "unit": unit}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: Any) -> dict[str, Any]:
    """``{% breadcrumb _("Projects") list_url project.name %}``: label, url, label, url, …, last label."""
    pairs = [(parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)]
    return {"crumbs": pairs}


@register.inclusion_tag("components/chart.html")
def chart(
    key: str, title: Words, option: Mapping[str, Any], table: Mapping[str, Any] | None = None,
    note: Words = "", size: str = "", empty: Words = "",
) -> dict[str, Any]:  # fmt: skip
    """A chart of ``option`` (ECharts) with the same figures as a table: ``{"head": […], "rows": [[…]]}``.

    With ``empty`` (words) nothing is drawn and the words are shown instead.
    """
    return {
        "key": key,
        "title": title,
        "option": json.loads(json.dumps(option, default=str)) if not empty else None,
        "table": table,
        "note": note,
        "size": size,
        "empty": empty,
    }


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """The present address with some query values changed: ``{% address sort="-name" cursor=None %}``."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(
    context: Context, label: Words, field: str, unit: Words = "", param: str = "ordering"
) -> dict[str, Any]:
    """Content of a ``<th>``: a link that sorts by ``field``, then the other way round."""
    now = context["request"].GET.get(param, "")
    wanted = f"-{field}" if now == field else field
    return {
        "label": label, "unit": unit, "now": now.lstrip("-") == field, "down": now == f"-{field}",
        "url": address(context, **{param: wanted, "cursor": None}),
    }  # fmt: skip


# --- forms -----------------------------------------------------------------------------------------------
@register.simple_tag
def field(
    bound: BoundField, css: str = "", unit: Words = "", help: Words = "", label: Words = ""
) -> SafeString:
    """One form field: label above, help, the word “optional” where it is, errors, all tied by ARIA."""
    if bound.is_hidden:
        return bound.as_widget()
    widget = bound.field.widget
    is_check = isinstance(widget, forms.CheckboxInput)
    is_group = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    shown_help = help or bound.help_text
    attrs: dict[str, Any] = {}
    described = [f"{bound.auto_id}-help"] if shown_help else []
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, forms.DateInput):
        attrs.setdefault("placeholder", widget.attrs.get("placeholder", "2021-05-31"))
    return mark_safe(
        render_to_string(
            "components/field.html",
            {
                "bound": bound, "control": bound.as_widget(attrs=attrs), "css": css, "unit": unit,
                "help": shown_help, "label": label or bound.label, "is_check": is_check, "is_group": is_group,
                "is_file": isinstance(widget, forms.FileInput),
                "optional": not bound.field.required and not getattr(bound.field, "is_needed_later", False),
                "multiple": bool(getattr(widget, "allow_multiple_selected", False)),
            },
        )
    )  # fmt: skip


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """On top of a form: every error, linked to its field."""
    return {"form": form}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: Any, grid: bool = False) -> dict[str, Any]:
    """Error summary and every field of a form in order; ``grid=True`` sets short fields two abreast."""
    return {"form": form, "grid": grid}


# --- boxes with content -------------------------------------------------------------------------------------
def _box(name: str, content: str, **values: Any) -> SafeString:
    html = render_to_string(f"components/{name}.html", {"content": mark_safe(content), **values})
    return mark_safe(html)


@register.simple_block_tag
def card(content: str, title: Words = "", note: Words = "", id: str = "", css: str = "") -> SafeString:
    """``{% card title=_("Facts") note=… %}…{% endcard %}``."""
    return _box("card", content, title=title, note=note, id=id, css=css)


@register.simple_block_tag
def table_card(
    content: str, title: Words = "", note: Words = "", id: str = "", tall: bool = False
) -> SafeString:
    """A card around ``<table class="data sticky-first">``: scrolls inside, never the page."""
    return _box("table_card", content, title=title, note=note, id=id, tall=tall)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: Words = "", icon: str = "") -> SafeString:
    """``{% alert tone="warn" title=… %}…{% endalert %}``; tones ok, info, warn, bad, quiet."""
    marks = {"ok": "circle-check", "warn": "alert-triangle", "bad": "alert-circle"}
    return _box("alert", content, tone=tone, title=title, icon=icon or marks.get(tone, "info-circle"))


@register.simple_block_tag
def page_header(
    content: str, title: Words, subtitle: Words = "", pills: Any = "", ids: Iterable[Any] = ()
) -> SafeString:
    """The head of a page; the content are its actions, with one ``btn-primary`` at most.

    ``pills`` is markup made with ``{% stage_pill … as pills %}``; ``ids`` are ``(term, value)`` pairs.
    """
    return _box("page_header", content, title=title, subtitle=subtitle, pills=pills, ids=list(ids))


@register.simple_block_tag
def confirm_dialog(
    content: str, id: str, title: Words, confirm: Words, form: str = "", tone: str = "primary"
) -> SafeString:
    """A dialog that ``data-opens="id"`` opens; its button submits the form with the id ``form``."""
    return _box("confirm_dialog", content, id=id, title=title, confirm=confirm, form=form, tone=tone)


@register.simple_block_tag
def more_filters(content: str, label: Words = "", open: bool = False) -> SafeString:
    """The rest of the filters, folded away."""
    return _box("more_filters", content, label=label, open=open)


@register.filter
def anchor(text: Any) -> str:
    """An id for a heading, Chinese kept."""
    return slugify(str(text), allow_unicode=True)

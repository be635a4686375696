"""Every address of the pages and of the API, found by walking; new ones are found by themselves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import URLPattern, URLResolver

from config import api_urls, web_urls
from tests.permissions.world import World, children_of

PLACEHOLDER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

#: Parts of addresses that are words: what stands there in the probe.
WORDS: dict[str, str] = {
    "kind": "signed",
    "stage": "landed",
    "deed": "comment",
    "form": "project-new",
    "year": "2020",
    "sequence": "1",
    "key": "lead",
    "slug": "jiangyin-cup-4",
    "token": "nobody-has-this-link",
}
#: Parts that name a record below the one of ``pk``: its model.
BELOW: dict[str, str] = {
    "fact_pk": "projects.ProjectFact",
    "fact": "projects.ProjectFact",
    "leg_pk": "projects.RelocationLeg",
    "item": "enterprises.Recognition",
    "action": "outreach.AgreementAction",
    "contract": "incubators.OperatorContract",
}


@dataclass(frozen=True)
class Route:
    """An address as written in the code, and the methods it offers (pages: tried, since views say 405)."""

    path: str
    methods: tuple[str, ...]
    is_api: bool
    app: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(found["name"] for found in PLACEHOLDER.finditer(self.path))

    def filled(self, values: dict[str, str]) -> str:
        root = "/api/v1/" if self.is_api else "/"
        return root + PLACEHOLDER.sub(lambda found: values[found["name"]], self.path)


def walk(patterns: Sequence[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith("^"):
            yield prefix + str(pattern.pattern), pattern.callback


def page_routes() -> list[Route]:
    return [Route(path, ("get", "post"), False, _app(view)) for path, view in walk(web_urls.urlpatterns)]


def api_routes() -> list[Route]:
    """All but the description of the API itself, which is open and the same for everyone."""
    routes = []
    for path, view in walk(api_urls.urlpatterns):
        if path in ("schema/", "docs/"):
            continue
        actions = getattr(view, "actions", None)
        every = ("get", "post", "put", "patch", "delete")
        methods = tuple(actions) if actions else tuple(name for name in every if hasattr(view.cls, name))
        routes.append(Route(path, methods, True, _app(view)))
    return routes


def _app(view: Any) -> str:
    module = getattr(
        getattr(view, "cls", None) or getattr(view, "view_class", None) or view, "__module__", ""
    )
    return str(module).partition(".")[0]


def samples(route: Route, world: World, known: str | None) -> Iterator[dict[str, str]]:
    """Values for the address, the likeliest records first; the ``known`` record before all others."""
    if {"pk", "parent"} & set(route.names):
        records = _likely(route, world)
        records.sort(key=lambda record: str(record.pk) != known)
        for record in records:
            yield from _with_rest(route, world, record)
    else:
        yield from _with_rest(route, world, None)


def _likely(route: Route, world: World) -> list[Any]:
    """Private records first, and those first whose names stand in the address."""
    words = {word.rstrip("s") for word in re.split(r"[/\-_<>:]", route.path) if word}

    def unlikely(record: Any) -> tuple[int, int]:
        model = type(record)
        own = {word.rstrip("s") for word in re.findall(r"[a-z]+", model._meta.verbose_name_plural.lower())}
        own |= {word.lower() for word in re.findall(r"[A-Z][a-z]+", model.__name__)}
        return (-len(words & own), 0 if model._meta.app_label == route.app else 1)

    return sorted([*world.private.values(), *world.shared.values()], key=unlikely)


def _with_rest(route: Route, world: World, record: Any) -> Iterator[dict[str, str]]:
    values = {"pk": str(record.pk), "parent": str(record.pk)} if record is not None else {}
    for name in route.names:
        if name in values:
            continue
        found = _value(name, route, world, record)
        if found is None:
            return
        values[name] = found
    yield values


def _value(name: str, route: Route, world: World, record: Any) -> str | None:
    if name in BELOW:
        return _below(BELOW[name], world, record)
    if name in ("file_pk", "file"):
        return _file_of(record, world)
    if name == "number":
        return "2"
    if name == "code":
        return _code(route, world)
    if name == "kind" and route.path.startswith("entitlements/"):
        return (
            "projects"
            if getattr(getattr(record, "_meta", None), "model_name", "") == "project"
            else "enterprises"
        )
    return WORDS.get(name)


def _below(label: str, world: World, record: Any) -> str | None:
    from django.apps import apps

    if record is not None:
        for child in children_of(record, apps.get_model(label)):
            return str(child.pk)
    found = world.first(label)
    return str(found.pk) if found is not None and record is None else None


def _file_of(record: Any, world: World) -> str | None:
    """A file that hangs on the record: attached by a link of its own, or in its evidence."""
    links = getattr(record, "attachments", None)
    if links is not None and (link := links.order_by("pk").first()) is not None:
        return str(link.file_id)
    evidence = getattr(record, "evidence", None)
    if isinstance(evidence, models.Manager) and (file := evidence.order_by("pk").first()) is not None:
        return str(file.pk)
    found = world.first("evidence.EvidenceFile")
    return str(found.pk) if found else None


def _code(route: Route, world: World) -> str | None:
    if "import" in route.path or "tables/" in route.path:
        return "projects" if "gate" not in route.path else "jiangyin-htz"
    if route.path.startswith(("gate-tables", "projects/gate-tables", "parks")):
        return "jiangyin-htz"
    if "ladder" in route.path:
        return "jiangyin-htz" if "new" in route.path else "hnte"
    if route.path.startswith(("incubators", "home")):
        return "jy-zhangjiang"
    by_path = {
        "organisations": "incubators.Organisation",
        "agreements": "incubators.Agreement",
        "processes": "incubators.ReferenceProcess",
        "reported-figures": "incubators.ReportedFigure",
        "reported-projects": "projects.ReportedProject",
        "indicators": "evaluation.Indicator",
        "schemes": "evaluation.Scheme",
        "policies": "funding.Policy",
    }
    for start, label in by_path.items():
        if route.path.startswith(start) and (record := world.first(label)) is not None:
            return str(record.code)
    if route.path.startswith("sectors"):
        return "life-health"
    return "jy-zhangjiang"

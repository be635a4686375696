from decimal import Decimal
from pathlib import Path

import yaml
from django.db import migrations

from core.search import search_text, sort_key

FILE = Path(__file__).resolve().parent.parent / "data" / "demonstration_scheme.yaml"


def names(row):
    return {
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
        "search_text": search_text(row["name_zh"], row["name_en"]),
        "sort_key": sort_key(row["name_zh"]),
    }


def add_scheme(apps, schema_editor):
    Indicator = apps.get_model("evaluation", "Indicator")
    Scheme = apps.get_model("evaluation", "Scheme")
    SchemeNode = apps.get_model("evaluation", "SchemeNode")
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    head = data["scheme"]
    if Scheme.objects.filter(code=head["code"], version=head["version"]).exists():
        return
    scheme = Scheme.objects.create(
        **{key: value for key, value in head.items() if key not in ("bonus_limit", "source", "name_zh", "name_en")},
        **names(head),
        bonus_limit=Decimal(head["bonus_limit"]),
        source=head["source"].strip(),
    )
    indicators = {}
    for row in data["indicators"]:
        plain = ("direction", "formula_zh", "formula_en", "calculation")
        indicators[row["code"]] = Indicator.objects.create(
            code=row["code"],
            unit_zh=row["unit"][0],
            unit_en=row["unit"][1],
            **names(row),
            **{key: row[key].strip() for key in plain},
        )
    position = 0
    for group in data["nodes"]:
        parent = SchemeNode.objects.create(
            scheme=scheme,
            code=group["code"],
            position=position,
            kind="group",
            weight=Decimal(group["weight"]),
            **names(group),
        )
        position += 1
        for leaf in group["indicators"]:
            add_leaf(SchemeNode, scheme, parent, "indicator", leaf, indicators, position)
            position += 1
    for kind in ("bonus", "deduction", "veto"):
        for leaf in data[kind]:
            add_leaf(SchemeNode, scheme, None, kind, leaf, indicators, position)
            position += 1
    scheme.status = "published"
    scheme.save(update_fields=["status"])


def add_leaf(model, scheme, parent, kind, leaf, indicators, position):
    code, weight, rule = leaf
    indicator = indicators[code]
    model.objects.create(
        scheme=scheme,
        parent=parent,
        code=code,
        position=position,
        kind=kind,
        indicator=indicator,
        weight=Decimal(weight),
        rule=rule,
        name_zh=indicator.name_zh,
        name_en=indicator.name_en,
        search_text=indicator.search_text,
        sort_key=indicator.sort_key,
    )


class Migration(migrations.Migration):
    """The demonstration scheme, so that an empty installation can evaluate; marked as a demonstration."""

    dependencies = [("evaluation", "0002_published_schemes_are_frozen")]
    operations = [migrations.RunPython(add_scheme, migrations.RunPython.noop)]

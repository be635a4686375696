"""A published scheme never changes: not by the service, not past it."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, transaction

from core.errors import Conflict, Invalid
from evaluation.models import Indicator, Scheme, SchemeNode
from evaluation.services.schemes import DEMONSTRATION, install_scheme, publish_scheme

pytestmark = pytest.mark.django_db


def changed(tmp_path: Path, **head: object) -> Path:
    data = yaml.safe_load(DEMONSTRATION.read_text(encoding="utf-8"))
    data["scheme"] |= head
    path = tmp_path / "scheme.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_the_migration_wrote_what_the_file_says() -> None:
    scheme = Scheme.objects.get(code="demonstration", version=1)
    assert (scheme.status, scheme.label_zh, scheme.bonus_limit) == ("published", "示范方案", Decimal(10))
    assert install_scheme() == scheme


def test_other_content_under_the_same_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Conflict) as refused:
        install_scheme(path=changed(tmp_path, bonus_limit="20"))
    assert refused.value.code == "scheme_published"


def test_a_new_version_takes_over_from_its_day(tmp_path: Path) -> None:
    first = Scheme.objects.get()
    day = yaml.safe_load("2022-01-01")
    first.valid_until = day
    first.save(update_fields=["valid_until"])
    second = install_scheme(path=changed(tmp_path, version=2, valid_from=day))
    assert (second.version, second.status, second.nodes.count()) == (2, "published", first.nodes.count())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluation_scheme SET bonus_limit = 50",
        "DELETE FROM evaluation_schemenode",
        "UPDATE evaluation_schemenode SET weight = weight + 1",
        "UPDATE evaluation_schemenode SET rule = '{}'",
        "UPDATE evaluation_indicator SET formula_zh = 'x'",
    ],
)
def test_the_database_refuses_to_change_a_published_scheme(statement: str) -> None:
    from django.db import connection

    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_node_cannot_be_added_to_a_published_scheme() -> None:
    scheme = Scheme.objects.get()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        SchemeNode.objects.create(
            scheme=scheme, code="more", position=99, kind="group", weight=Decimal(5), name_zh="其他"
        )


def draft(weight: str) -> Scheme:
    scheme = Scheme.objects.create(
        code="draft", version=1, name_zh="草案", valid_from=yaml.safe_load("2021-01-01"), grades=[]
    )
    group = SchemeNode.objects.create(
        scheme=scheme, code="all", position=0, kind="group", weight=Decimal(weight), name_zh="全部"
    )
    SchemeNode.objects.create(
        scheme=scheme,
        parent=group,
        code="landed",
        position=1,
        kind="indicator",
        indicator=Indicator.objects.get(code="landed"),
        weight=Decimal(90),
        rule={"type": "target_ratio", "full_at": "1"},
        name_zh="落户",
    )
    return scheme


@pytest.mark.parametrize("weight", ["90", "100"])
def test_a_draft_that_does_not_add_up_is_not_published(weight: str) -> None:
    with pytest.raises(Invalid):
        publish_scheme(scheme=draft(weight))

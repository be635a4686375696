"""Every hostile file goes the whole way: through the upload page and the REST interface, into the table of
projects. None ends in an error of the server, none loses a row, none is let in that should not be."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exchange.enums import ImportState
from exchange.models import ImportRun
from incubators.models import Incubator
from projects.models import Project
from tests.api import ROOT, Api
from tests.exchange.hostile.case import Case, Wrong
from tests.exchange.hostile.of_cells import CASES as OF_CELLS
from tests.exchange.hostile.of_layout import CASES as OF_LAYOUT
from tests.exchange.hostile.of_refused import CASES as REFUSED

pytestmark = pytest.mark.django_db


def upload(case: Case) -> io.BytesIO:
    file = io.BytesIO(case.content())
    file.name = case.file
    return file


def status_of(row: Any) -> str:
    """What the table of projects makes of a row: it knows the name and the credit code, no other column."""
    name_is_wrong = isinstance(row.get("name", Wrong("required")), Wrong)
    return "error" if name_is_wrong or "" in row or "credit_code" in row else "new"


@pytest.mark.parametrize("case", [*OF_CELLS, *OF_LAYOUT], ids=str)
def test_uploaded_hostile_file_shows_every_row_with_its_status(
    case: Case, client: Client, alice: User, zhangjiang: Incubator
) -> None:
    client.force_login(alice)

    answer = client.post(reverse("import-upload", args=["projects"]), {"file": upload(case)}, follow=True)

    run = ImportRun.objects.get()
    assert answer.status_code == 200
    assert answer.redirect_chain[0] == (reverse("import-run", args=[run.pk]), 302)
    if "name" in case.missing:
        assert run.state == ImportState.MAPPING
    else:
        expected = {number: status_of(row) for number, row in case.rows.items()} | dict(case.as_projects)
        assert run.state == ImportState.READY
        assert dict(run.rows.values_list("number", "status")) == expected
    assert Project.objects.count() == 0


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_hostile_file_is_refused_by_the_page_and_by_the_interface(
    case: Case, client: Client, alice: User, zhangjiang: Incubator
) -> None:
    client.force_login(alice)
    page = client.post(
        reverse("import-upload", args=["projects"]),
        {"file": upload(case)},
        headers={"accept": "application/json"},
    )
    program = Api(alice)
    answer = program.client.post(
        f"{ROOT}import-runs/",
        {"file": upload(case), "sheet": "projects", "incubator": zhangjiang.code},
        headers=program.headers,
    )

    assert (page.status_code, answer.status_code) == (422, 422)
    assert len(page.json()["error"]) > 10
    assert answer.json()["code"] in {case.refused, "invalid"}
    assert not ImportRun.objects.exists()

import pytest

from accounts.models import User
from evidence.models import EvidenceFile
from incubators.models import Incubator
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(alice: User, zhangjiang: Incubator) -> EvidenceFile:
    return factories.make_evidence(alice, zhangjiang)


def change(file: EvidenceFile, **values: object) -> None:
    EvidenceFile.objects.filter(pk=file.pk).update(**values)


def test_evidence_same_bytes_once(file: EvidenceFile) -> None:
    file.pk, file.storage_name = None, "other"
    with broken("evidence_same_bytes_once"):
        file.save()


def test_evidence_verified_pair(file: EvidenceFile) -> None:
    with broken("evidence_verified_pair"):
        change(file, verified_at=NOW)


def test_evidence_verified_by_second_person(file: EvidenceFile, alice: User) -> None:
    with broken("evidence_verified_by_second_person"):
        change(file, verified_at=NOW, verified_by=alice)


def test_evidence_not_empty(file: EvidenceFile) -> None:
    with broken("evidence_not_empty"):
        change(file, size=0)

"""``manage.py load_demo``: what it prints, and where it refuses."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import User
from incubators.models import Incubator
from projects.models import Project


@override_settings(DEMO_ACCOUNTS_ALLOWED=False)
def test_without_permission_the_command_refuses_and_loads_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="--facts-only") as refusal:
        call_command("load_demo")
    assert refusal.value.returncode == 1
    assert not User.objects.exists()
    assert not Incubator.objects.exists()


@override_settings(DEMO_ACCOUNTS_ALLOWED=False)
def test_facts_alone_load_anywhere_and_only_once(db: None) -> None:
    out = StringIO()
    call_command("load_demo", "--facts-only", stdout=out)
    call_command("load_demo", "--facts-only", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line for line in lines if line.startswith("Done")] == [
        "Done: 531 records were created or corrected.",
        "Done: nothing had to change.",
    ]
    assert lines[0].split() == ["31", "parks", "(31", "new", "or", "changed)"]
    assert (Incubator.objects.count(), User.objects.count(), Project.objects.count()) == (34, 0, 0)

"""``manage.py load_demo``: the published facts, the demonstration accounts and the fictional records."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications import demo as applications_demo
from capital import demo as capital_demo
from contests import demo as contests_demo
from core.copying import collector_paused
from core.demo import Loaded
from enterprises import demo as enterprises_demo
from evaluation.demo.facts import load_facts
from evaluation.demo.people import load_people
from evaluation.demo.samples import load_samples
from funding import demo as funding_demo
from ledger import demo as ledger_demo
from outreach import demo as outreach_demo
from projects import demo as projects_demo
from returns import demo as returns_demo
from reviews import demo as reviews_demo
from sharing import demo as sharing_demo
from support import demo as support_demo

#: What the other apps show beside the projects, in this order; each is called again without effect.
OF_APPS: tuple[Callable[..., list[Loaded]], ...] = (
    enterprises_demo.load,
    projects_demo.load,
    outreach_demo.load,
    support_demo.load,
    ledger_demo.load,
    reviews_demo.load,
    returns_demo.load,
    funding_demo.load,
    applications_demo.load,
    contests_demo.load,
    capital_demo.load,
    sharing_demo.load,
)


class Command(BaseCommand):
    help = "Load the published facts and, where demo accounts are allowed, fictional accounts and records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--facts-only",
            action="store_true",
            help="load what the sources say, without demonstration accounts and records",
        )

    def handle(self, *, facts_only: bool, **options: Any) -> None:
        if not facts_only and not settings.DEMO_ACCOUNTS_ALLOWED:
            raise CommandError(
                "Demonstration accounts have known passwords, so these settings refuse them. "
                "Load the published facts alone with: manage.py load_demo --facts-only"
            )
        with collector_paused():
            self._load(facts_only=facts_only)

    def _load(self, *, facts_only: bool) -> None:
        at = timezone.now()
        sections = load_facts(at=at)
        self._report(sections)
        if not facts_only:
            people, opened = load_people()
            samples = [
                Loaded("demonstration accounts", len(people), opened),
                *load_samples(at=at),
                *(section for load in OF_APPS for section in load(at=at)),
            ]
            self._report(samples)
            sections += samples
        touched = sum(section.touched for section in sections)
        self.stdout.write(
            f"Done: {touched} records were created or corrected."
            if touched
            else "Done: nothing had to change."
        )

    def _report(self, sections: list[Loaded]) -> None:
        for section in sections:
            self.stdout.write(f"  {section.count:>6,} {section.name} ({section.touched:,} new or changed)")

"""``manage.py build_report``: one report from the command line, without a worker."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from core.errors import DomainError
from evaluation import services
from evaluation.enums import ReportFormat, ReportLanguage, RunState
from evaluation.models import ReportRun
from evaluation.report import build_document
from incubators.models import Incubator, Park

WAIT_SECONDS = 120


class Command(BaseCommand):
    help = "Make the performance report of an incubator or of a whole park, by the same steps as a worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--incubator", metavar="CODE")
        place.add_argument("--park", metavar="CODE")
        parser.add_argument("--period", required=True, help="2021, 2021-H1, 2021-Q2 or 2021-04")
        parser.add_argument("--format", choices=ReportFormat.values, default=ReportFormat.PDF)
        parser.add_argument("--lang", choices=ReportLanguage.values, default=ReportLanguage.ZH_HANS)
        parser.add_argument("--out", type=Path, default=Path(), help="folder for the file and its snapshot")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = services.request_report(
                **self._place(options),
                period=options["period"],
                format=options["format"],
                language=options["lang"],
                actor=None,
                at=timezone.now(),
                dispatch=False,
            )
        except DomainError as error:
            details = "; ".join(f"{field.field}: {field.message}" for field in error.fields)
            raise CommandError(f"{error} {details}".strip()) from error
        self._write(self._finished(report), options["out"])

    def _place(self, options: dict[str, Any]) -> dict[str, Any]:
        """The park or incubator with this code; an unknown one is answered with those that exist."""
        known: QuerySet[Incubator] | QuerySet[Park]
        if options["incubator"]:
            known, name = Incubator.objects.operating().filter(park__isnull=False), "incubator"
        else:
            known, name = Park.objects.filter(incubators__isnull=False).distinct(), "park"
        found = known.filter(code=options[name]).first()
        if found is None:
            codes = ", ".join(sorted(known.values_list("code", flat=True))) or "none yet"
            raise CommandError(f"There is no {name} {options[name]!r} to evaluate. Known: {codes}.")
        return {name: found}

    def _finished(self, report: ReportRun) -> ReportRun:
        """Work on it here; if a worker was quicker, wait for that one."""
        limit = time.monotonic() + WAIT_SECONDS
        while report.state != RunState.DONE:
            services.work_on_report(report_run_id=report.pk, clock=timezone.now)
            report.refresh_from_db()
            if report.state == RunState.FAILED:
                raise CommandError(f"The report failed: {report.error}")
            if report.state != RunState.DONE:
                if time.monotonic() > limit:
                    raise CommandError("Another worker holds this report and does not finish it.")
                time.sleep(0.5)
        return report

    def _write(self, report: ReportRun, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        run = report.run
        stem = build_document(run, report.language).file_stem
        path = folder / f"{stem}.{report.format}"
        with services.open_report(report=report) as file:
            path.write_bytes(file.read())
        snapshot = folder / f"{stem}.snapshot.json"
        snapshot.write_bytes(run.snapshot.encode())
        score = f"{run.total} {run.grade}" if run.total is not None else "by incubator"
        self.stdout.write(f"report    {path}")
        self.stdout.write(f"sha256    {report.sha256}")
        self.stdout.write(f"snapshot  {snapshot}")
        self.stdout.write(f"sha256    {run.snapshot_sha256}")
        self.stdout.write(f"score     {score}")

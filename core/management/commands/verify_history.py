"""``manage.py verify_history``: exit 0 when every chain holds, else 1 and the first broken row of each."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import history
from core.models import HistoryEntry, HistoryHead


class Command(BaseCommand):
    help = "Recompute every history chain and name the first row that does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", action="append", help="only this chain; may be given several times")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="CHAIN#NUMBER=HASH",
            help="a head printed in a sealed report; it has to be in the chain still",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = [str(found) for found in history.verify(options["chain"])]
        breaks += [problem for printed in options["head"] if (problem := self._check_printed(printed))]
        if breaks:
            raise CommandError("\n".join(["The history was changed:", *breaks]), returncode=1)
        heads, entries = HistoryHead.objects.all(), HistoryEntry.objects.all()
        if only := options["chain"]:
            heads, entries = heads.filter(chain__in=only), entries.filter(chain__in=only)
        self.stdout.write(f"{heads.count()} chains with {entries.count()} entries hold.")

    def _check_printed(self, printed: str) -> str | None:
        """Whoever rewrote a whole chain cannot have rewritten the paper."""
        place, _equals, expected = printed.partition("=")
        chain, _hash, number = place.rpartition("#")
        if not (chain and number.isdigit() and expected):
            raise CommandError(f"{printed!r} is not CHAIN#NUMBER=HASH", returncode=2)
        entry = HistoryEntry.objects.filter(chain=chain, sequence=int(number)).first()
        if entry is None:
            return f"{chain} #{number} (no row): the report printed a head that is no longer there"
        if entry.hash != expected:
            return f"{chain} #{number} (row {entry.pk}): printed {expected}, now {entry.hash}"
        return None

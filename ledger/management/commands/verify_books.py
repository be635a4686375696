from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.selectors.books import counted_in_books, faults_in_books


class Command(BaseCommand):
    help = "Add every account of the books up from its postings. Exit code 1 names what does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        if faults := list(faults_in_books()):
            raise CommandError("\n".join(faults))
        self.stdout.write(f"books balance: {counted_in_books()}")

"""``manage.py verify_evidence``: exit 0 when every stored file is the one that was uploaded, else 1."""

import hashlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.models import EvidenceFile
from evidence.services import open_evidence


class Command(BaseCommand):
    help = "Recompute the SHA-256 of every evidence file and name those that were changed or are gone."

    def handle(self, *args: Any, **options: Any) -> None:
        files = EvidenceFile.objects.order_by("pk")
        problems = [
            f"{file.chain} file {file.pk} ({file.storage_name}): {problem}"
            for file in files.select_related("park", "incubator").iterator(chunk_size=500)
            if (problem := self._problem_of(file))
        ]
        if problems:
            raise CommandError("\n".join(["The evidence was changed:", *problems]), returncode=1)
        self.stdout.write(f"{files.count()} files are as they were uploaded.")

    def _problem_of(self, file: EvidenceFile) -> str:
        try:
            with open_evidence(file) as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            return f"it cannot be read ({error.strerror})"
        return "" if found == file.sha256 else f"uploaded as {file.sha256}, now {found}"

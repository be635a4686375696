from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Trigram search, and exclusion constraints over keys and ranges. Both are trusted extensions."""

    initial = True
    dependencies = []
    operations = [TrigramExtension(), BtreeGistExtension()]

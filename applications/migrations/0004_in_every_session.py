from django.db import migrations

from core.migrations._guards import always

FORWARD, BACKWARD = always("applications")


class Migration(migrations.Migration):
    """The rules of awards hold in every session, also the one that looks into the ledger."""

    dependencies = [("applications", "0003_releases"), ("ledger", "0003_no_way_round")]

    operations = [
        migrations.RunSQL(
            f"{FORWARD}ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER applications_release_needs_two;",
            f"{BACKWARD}ALTER TABLE ledger_entry ENABLE TRIGGER applications_release_needs_two;",
        ),
    ]

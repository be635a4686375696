from django.db import migrations

from core.migrations._guards import refuse_truncate


class Migration(migrations.Migration):
    """Emptying the table is refused like any other rewriting of the history."""

    dependencies = [("core", "0003_history_is_append_only")]
    operations = [
        migrations.RunSQL(*refuse_truncate("core_history", "core_history_append_only", "core_historyentry"))
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """For whom a policy is, and its notes, in Chinese and English."""

    dependencies = [("funding", "0004_kept_by_the_database")]

    operations = [
        migrations.RenameField("policy", "beneficiaries", "beneficiaries_zh"),
        migrations.RenameField("policy", "notes", "notes_zh"),
        migrations.AlterField(
            "policy",
            "beneficiaries_zh",
            models.CharField(blank=True, max_length=400, verbose_name="for whom (Chinese)"),
        ),
        migrations.AlterField(
            "policy", "notes_zh", models.TextField(blank=True, verbose_name="notes (Chinese)")
        ),
        migrations.AddField(
            "policy",
            "beneficiaries_en",
            models.CharField(blank=True, default="", max_length=400, verbose_name="for whom (English)"),
            preserve_default=False,
        ),
        migrations.AddField(
            "policy",
            "notes_en",
            models.TextField(blank=True, default="", verbose_name="notes (English)"),
            preserve_default=False,
        ),
    ]

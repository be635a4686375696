from django.db import migrations

from core.search import search_text, sort_key

SECTORS = [
    ("life-health", "生命健康", "Life and health"),
    ("new-materials", "新材料", "New materials"),
    ("integrated-circuits", "集成电路", "Integrated circuits"),
    ("smart-manufacturing", "智能制造", "Smart manufacturing"),
    ("digital-economy", "数字经济", "Digital economy"),
    ("energy-saving", "节能环保", "Energy saving and environment"),
    ("other", "其他", "Other"),
]


def add_sectors(apps, schema_editor):
    Sector = apps.get_model("projects", "Sector")
    for position, (code, name_zh, name_en) in enumerate(SECTORS):
        Sector.objects.update_or_create(
            code=code,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "position": position,
                "search_text": search_text(name_zh, name_en),
                "sort_key": sort_key(name_zh),
            },
        )


class Migration(migrations.Migration):
    """The focus sectors that the Jiangyin and Wuxi zones publish; a park may add its own."""

    dependencies = [("projects", "0002_credit_totals_100")]
    operations = [migrations.RunPython(add_sectors, migrations.RunPython.noop)]

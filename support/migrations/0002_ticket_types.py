"""The types of tickets that every park starts with. Time limits are our own defaults, for the park to change."""

from django.db import migrations

from core.search import search_text, sort_key

TYPES = [
    ("company-registration", "企业注册与变更", "Company registration and changes", 1, 10),
    ("licences", "资质与许可办理", "Licences and permits", 2, 20),
    ("customs-equipment", "设备进口与通关", "Equipment import and customs", 2, 15),
    ("samples-permits", "样本、试剂与遗传资源出入境", "Samples, reagents and genetic resources", 2, 20),
    ("site-fit-out", "场地与装修", "Premises and fitting-out", 2, 15),
    ("talent-services", "人才落户与居留许可", "Residence permits and household registration", 2, 15),
    ("schooling", "子女入学", "Schooling of children", 2, 20),
    ("housing", "人才公寓与购房", "Housing", 2, 15),
    ("medical", "就医与体检", "Medical care", 1, 5),
    ("tax-social-insurance", "税务与社保", "Tax and social insurance", 1, 7),
    ("financing", "融资对接", "Financing matchmaking", 2, 20),
    ("intellectual-property", "知识产权服务", "Intellectual property services", 2, 15),
    ("legal-mediation", "法律、仲裁与调解", "Law, arbitration and mediation", 2, 20),
    ("policy-question", "政策咨询", "Policy question", 1, 5),
    ("other", "其他服务", "Other", 2, 10),
]


def add_types(apps, schema_editor):
    model = apps.get_model("support", "TicketType")
    for position, (code, name_zh, name_en, answer_days, done_days) in enumerate(TYPES):
        model.objects.update_or_create(
            park=None,
            code=code,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "search_text": search_text(name_zh, name_en),
                "sort_key": sort_key(name_zh),
                "answer_days": answer_days,
                "done_days": done_days,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]
    operations = [migrations.RunPython(add_types, migrations.RunPython.noop)]

from django.conf import settings
from django.db import migrations, models

from core.migrations._guards import always
from core.migrations._together import Together

WAYS = """
CREATE OR REPLACE FUNCTION ledger_way(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'appropriation' THEN ARRAY['appropriation', 'available']
        WHEN 'increase' THEN ARRAY['appropriation', 'available']
        WHEN 'decrease' THEN ARRAY['available', 'appropriation']{reuse}
        WHEN 'commitment' THEN ARRAY['available', 'committed']
        WHEN 'release' THEN ARRAY['committed', 'available']
        WHEN 'payment' THEN ARRAY['committed', 'paid']
        WHEN 'clawback' THEN ARRAY['paid', 'clawed_back']
    END
$$;
"""
REUSE = "\n        WHEN 'reuse' THEN ARRAY['clawed_back', 'available']"


class Migration(migrations.Migration):
    """What was clawed back is made available again by a booking of its own."""

    dependencies = [
        ('evidence', '0001_initial'),
        ('incubators', '0001_initial'),
        ('ledger', '0003_no_way_round'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            [WAYS.format(reuse=REUSE), always("ledger")[0]],
            [WAYS.format(reuse=""), always("ledger")[0]],
        ),
        Together([
        migrations.RemoveConstraint(
            model_name='entry',
            name='ledger_entry_kind_fits',
        ),
        migrations.AlterField(
            model_name='budgetchange',
            name='kind',
            field=models.CharField(choices=[('appropriation', 'first appropriation'), ('increase', 'enlarge the budget'), ('decrease', 'reduce the budget'), ('reuse', 'make clawed-back money available')], max_length=14, verbose_name='kind of change'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('appropriation', 'appropriation'), ('increase', 'increase of the budget'), ('decrease', 'decrease of the budget'), ('reuse', 'clawed-back money made available'), ('commitment', 'commitment of money'), ('release', 'release of committed money'), ('payment', 'payment'), ('clawback', 'clawback'), ('reversal', 'reversal of an entry')], max_length=14, verbose_name='kind of entry'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('commitment', None), ('instalment', None), ('kind__in', ['appropriation', 'increase', 'decrease', 'reuse']), ('reverses', None)), models.Q(('commitment__isnull', False), ('instalment', None), ('kind__in', ['commitment', 'release', 'clawback']), ('reverses', None)), models.Q(('commitment__isnull', False), ('instalment__isnull', False), ('kind', 'payment'), ('reverses', None)), models.Q(('kind', 'reversal'), ('reverses__isnull', False)), _connector='OR'), name='ledger_entry_kind_fits', violation_error_message='This kind of booking asks for other particulars.'),
        ),
        ]),
    ]

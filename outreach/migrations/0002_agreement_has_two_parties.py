from django.db import migrations

FORWARD = """
CREATE FUNCTION outreach_check_parties() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_agreement bigint;
BEGIN
    IF TG_TABLE_NAME = 'outreach_trackedagreement' THEN
        of_agreement := NEW.id;
    ELSE
        of_agreement := OLD.agreement_id;
    END IF;
    IF EXISTS (SELECT FROM outreach_trackedagreement WHERE id = of_agreement)
        AND (SELECT count(*) FROM outreach_agreementparty WHERE agreement_id = of_agreement) < 2 THEN
        RAISE EXCEPTION 'agreement % has fewer than two parties', of_agreement
            USING ERRCODE = 'check_violation', CONSTRAINT = 'outreach_agreement_two_parties';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER outreach_agreement_two_parties
    AFTER INSERT ON outreach_trackedagreement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION outreach_check_parties();
CREATE CONSTRAINT TRIGGER outreach_agreement_keeps_two_parties
    AFTER UPDATE OR DELETE ON outreach_agreementparty
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION outreach_check_parties();
"""
BACKWARD = """
DROP TRIGGER outreach_agreement_two_parties ON outreach_trackedagreement;
DROP TRIGGER outreach_agreement_keeps_two_parties ON outreach_agreementparty;
DROP FUNCTION outreach_check_parties();
"""


class Migration(migrations.Migration):
    """An agreement has at least two parties when the transaction commits, whoever wrote them."""

    dependencies = [("outreach", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

from django.db import migrations

from core.migrations._guards import always, refuse_truncate

#: An account that is booked on stays under its number, and is what its postings add up to.
ACCOUNTS = """
CREATE FUNCTION sharing_keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM sharing_sharingposting WHERE account_id = OLD.id) THEN
        PERFORM sharing_refuse('sharing_balance_is_postings', format('account %s is booked on', OLD.id));
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER sharing_keep_identity BEFORE UPDATE OF id OR DELETE ON sharing_sharingaccount
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_identity();

CREATE FUNCTION sharing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    off bigint;
BEGIN
    SELECT a.id INTO off FROM sharing_sharingaccount a WHERE a.id = NEW.id AND (a.accrued, a.settled) <>
        (SELECT COALESCE(sum(p.amount) FILTER (WHERE p.side = 'accrued'), 0),
            COALESCE(sum(p.amount) FILTER (WHERE p.side = 'settled'), 0)
            FROM sharing_sharingposting p WHERE p.account_id = a.id);
    IF off IS NOT NULL THEN
        PERFORM sharing_refuse('sharing_balance_is_postings', format('account %s is not the sum of its postings', off));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sharing_check_balance AFTER INSERT OR UPDATE OF accrued, settled ON sharing_sharingaccount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_check_balance();
"""

#: An agreement, a party or agreed terms never change their number, so that nobody swaps two of them.
NUMBERS = """
CREATE FUNCTION sharing_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sharing_refuse('sharing_parties_are_frozen', format('row %s of %s keeps its number', OLD.id, TG_TABLE_NAME));
    RETURN NULL;
END $$;
CREATE TRIGGER sharing_keep_number BEFORE UPDATE OF id ON sharing_sharingagreement
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_number();
CREATE TRIGGER sharing_keep_number BEFORE UPDATE OF id ON sharing_sharingsettlement
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_number();

CREATE FUNCTION sharing_keep_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM sharing_sharingversion WHERE agreement_id = OLD.id AND state = 'agreed')
        OR EXISTS (SELECT 1 FROM sharing_sharingentry WHERE agreement_id = OLD.id)
    THEN
        PERFORM sharing_refuse('sharing_parties_are_frozen', 'an agreement with agreed terms stays');
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER sharing_keep_booked BEFORE DELETE ON sharing_sharingagreement
    FOR EACH ROW EXECUTE FUNCTION sharing_keep_booked();
"""

BACKWARD = """
DROP TRIGGER sharing_keep_booked ON sharing_sharingagreement;
DROP FUNCTION sharing_keep_booked();
DROP TRIGGER sharing_keep_number ON sharing_sharingsettlement;
DROP TRIGGER sharing_keep_number ON sharing_sharingagreement;
DROP FUNCTION sharing_keep_number();
DROP TRIGGER sharing_check_balance ON sharing_sharingaccount;
DROP FUNCTION sharing_check_balance();
DROP TRIGGER sharing_keep_identity ON sharing_sharingaccount;
DROP FUNCTION sharing_keep_identity();
"""


class Migration(migrations.Migration):
    """The ways around the rules of the book, closed: whoever writes, in whatever session."""

    dependencies = [("sharing", "0002_kept_by_the_database"), ("core", "0004_history_is_not_truncated")]
    operations = [
        migrations.RunSQL([ACCOUNTS, NUMBERS], BACKWARD),
        migrations.RunSQL(
            *refuse_truncate(
                "sharing",
                "sharing_append_only",
                "sharing_sharingentry",
                "sharing_sharingposting",
                "sharing_sharingaccrual",
                "sharing_sharingline",
            )
        ),
        migrations.RunSQL(*always("sharing")),
    ]

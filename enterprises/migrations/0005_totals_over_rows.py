from django.db import migrations

FORWARD = """
CREATE FUNCTION enterprises_check_ip_shares() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_right bigint := COALESCE(NEW.right_id, OLD.right_id);
    total numeric;
BEGIN
    SELECT sum(percent) INTO total FROM enterprises_ipowner WHERE right_id = of_right;
    IF total IS NOT NULL AND total <> 100 THEN
        RAISE EXCEPTION 'shares of right % total %, not 100', of_right, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'enterprises_ip_shares_total_100';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER enterprises_ip_shares_total_100
    AFTER INSERT OR UPDATE OR DELETE ON enterprises_ipowner
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION enterprises_check_ip_shares();

-- The most crowded day of a space begins with one of its occupancies, so only those days are looked at.
-- The lock on the space makes two transactions that each see room for themselves wait for one another.
CREATE FUNCTION enterprises_check_space(of_space bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    area numeric;
    most numeric;
    crowded date;
BEGIN
    SELECT area_m2 INTO area FROM incubators_space WHERE id = of_space FOR NO KEY UPDATE;
    SELECT d.starts_on, sum(o.area_m2) INTO crowded, most
      FROM (SELECT DISTINCT starts_on FROM enterprises_occupancy WHERE space_id = of_space) d
      JOIN enterprises_occupancy o ON o.space_id = of_space
       AND daterange(o.starts_on, o.ends_on) @> d.starts_on
     GROUP BY d.starts_on ORDER BY 2 DESC LIMIT 1;
    IF most > area THEN
        RAISE EXCEPTION 'space % has % m2, but % are taken on %', of_space, area, most, crowded
            USING ERRCODE = 'check_violation', CONSTRAINT = 'enterprises_occupancy_within_area';
    END IF;
END $$;
CREATE FUNCTION enterprises_check_occupancy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enterprises_check_space(NEW.space_id);
    RETURN NULL;
END $$;
CREATE FUNCTION enterprises_check_space_area() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enterprises_check_space(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER enterprises_occupancy_within_area
    AFTER INSERT OR UPDATE ON enterprises_occupancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION enterprises_check_occupancy();
CREATE CONSTRAINT TRIGGER enterprises_occupancy_within_area
    AFTER UPDATE OF area_m2 ON incubators_space
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION enterprises_check_space_area();
"""
BACKWARD = """
DROP TRIGGER enterprises_occupancy_within_area ON incubators_space;
DROP TRIGGER enterprises_occupancy_within_area ON enterprises_occupancy;
DROP FUNCTION enterprises_check_space_area();
DROP FUNCTION enterprises_check_occupancy();
DROP FUNCTION enterprises_check_space(bigint);
DROP TRIGGER enterprises_ip_shares_total_100 ON enterprises_ipowner;
DROP FUNCTION enterprises_check_ip_shares();
"""


class Migration(migrations.Migration):
    """Rules over several rows, kept when the transaction commits, whoever wrote them."""

    dependencies = [("enterprises", "0004_around_the_project"), ("incubators", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

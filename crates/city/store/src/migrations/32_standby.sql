-- 候补: who stands by is an appointment that has no place yet.
CREATE INDEX appointment_standby ON appointment (hall, id) WHERE stage = 'standby';

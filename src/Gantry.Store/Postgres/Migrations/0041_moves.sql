-- A host with a time is to be emptied; what it had then says how far that is.
ALTER TABLE hosts ADD COLUMN draining_since BIGINT;
ALTER TABLE hosts ADD COLUMN drain_at_once INTEGER;
ALTER TABLE hosts ADD COLUMN drain_containers INTEGER;

-- A container that a move made names the one it takes over from.
ALTER TABLE containers ADD COLUMN replaces TEXT COLLATE "C";
ALTER TABLE containers ADD COLUMN moved_at BIGINT;

-- Set by an operator for one app; null is the bandwidth of the containers' size.
ALTER TABLE apps ADD COLUMN bits_per_second INTEGER;

-- What is trimmed by age is found without reading the rest.
CREATE INDEX events_age ON events (created_at);
CREATE INDEX operations_finished ON operations (finished_at) WHERE finished_at IS NOT NULL;

CREATE INDEX containers_host ON containers (host) WHERE state <> 'Stopped';
CREATE INDEX containers_unsettled ON containers (state, wanted) WHERE state <> 'Stopped';

"""Which adapter serves which port: a module for each kind of door, so that a worker loads no more than it needs."""

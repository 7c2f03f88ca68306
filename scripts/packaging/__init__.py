"""The layer and the houses as zips: the same bytes for the same commit, and nothing to compile at a cold start."""

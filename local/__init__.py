"""What developers run on their own machine: the local cloud, the simulated market and the main job."""

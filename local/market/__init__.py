"""A simulated competitor market on loopback: shops that publish, move their prices and misbehave on demand."""

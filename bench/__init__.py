"""Figures, printed and never asserted: `python -m bench` runs every benchmark."""

"""Knee control in single-leg tasks, measured from video. Importing this opens nothing and sets nothing."""

__version__ = "0.0.1"

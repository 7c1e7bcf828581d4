"""A whole folder of clips: resumed where it stopped, and no clip can stop another."""

"""Keeping a service well: backups, restoring them, deleting what need not be kept."""

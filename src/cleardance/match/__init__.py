"""Signals: comparable fingerprints of text and media, and the indexes that search them.

An index is always rebuilt from the store, never pickled: a stale or foreign index file cannot
then decide anything.
"""

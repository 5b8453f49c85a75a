"""The command line: one file per noun, words for people in ``words``, JSON for machines."""

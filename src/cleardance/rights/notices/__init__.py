"""Notices: what a rights-holder demands, checked field by field, with its deadline and receipt."""

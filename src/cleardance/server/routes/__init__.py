"""The routes, one file for each noun; each is a few lines over a function of the library."""

"""Who asks, what each may do, and how much of it.

``accounts`` and ``keys`` are the rows, ``roles`` the one table of permissions, ``limits`` and
``usage`` what a key may use and has used, ``audit`` who administered what.
"""

"""Generators behind one contract: ``backend`` says what, ``models`` which, ``backends`` how."""

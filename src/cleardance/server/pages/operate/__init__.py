"""The operator's console: what needs a person, and everything that can be administered."""

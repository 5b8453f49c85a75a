"""The HTTP application: the APIs that clients already speak, ours, and the pages."""

"""The rights side: the registry of works, and (later) licences, notices, accounting."""

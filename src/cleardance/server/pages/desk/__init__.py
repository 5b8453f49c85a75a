"""The Rights desk: works, what touches them, licences, consents, notices; and what is public."""

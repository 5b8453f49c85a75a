"""On whose behalf things are asked, and what each may do."""

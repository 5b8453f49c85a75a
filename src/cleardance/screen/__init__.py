"""Screening: findings from signals, and the verdict that rules kept as data make of them."""

"""Pipelines of diffusers: ``shape`` of what is made, ``memory`` it takes, ``backend``."""

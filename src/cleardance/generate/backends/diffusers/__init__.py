"""Pipelines of diffusers in folders: ``shape`` of what is made, ``memory`` it takes, ``backend``."""

"""What a model is trained on, accounted for clip by clip.

``stills`` makes pictures of the world with a label for every pixel, ``manifest`` lists them with
seeds, assets, licences and digests, ``exclusion`` takes out what the registry forbids and stamps
the list, and ``shelf`` keeps a manifest beside its pictures. Training reads nothing else.
"""

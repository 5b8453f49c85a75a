"""The joint audio-video model, small enough for two processor cores and trained on our own world.

In data-flow order: ``config`` (every size there is, in one table), ``text`` (words to numbers),
``codec`` (frames to tokens and back), ``audio`` (sound to patches and back), ``positions`` (where
each token is), ``transformer`` (the network), ``flow`` (what it learns), ``sampler`` (noise to
tokens), ``fused`` and ``export`` (to ONNX) and ``runtime`` (a trained model at work).

A leaf: nothing here knows the world it learns from. Only ``transformer``, ``fused`` and
``export`` import torch, and nothing that runs a trained model imports those.
"""

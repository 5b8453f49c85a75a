"""What a model is trained on, accounted for clip by clip.

``framing`` chooses scenes for the first lessons; ``stills`` and ``clips`` draw them, with a label
for every pixel, and ``assets`` says whose art is in them; ``words`` is what captions can say.
``manifest`` lists all with seeds, assets, licences and digests, ``exclusion`` takes out what the
registry forbids and stamps the list, and ``shelf`` keeps a manifest beside what it lists. Training
reads nothing else.
"""

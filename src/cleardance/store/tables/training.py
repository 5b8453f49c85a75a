"""What models were trained on, and what notices took out of it."""

from sqlalchemy import Column, ForeignKey, Integer, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import metadata


class _TrainingSet(TypedColumns):
    # SHA-256 of the manifest, by which weights name it.
    digest: Named[str] = Column(Text, primary_key=True)
    # The manifest itself, as a blob: what was trained on stays known when its folder is gone.
    manifest: Named[str] = Column(Text)
    folder: Named[str] = Column(Text)
    samples: Named[int] = Column(Integer)
    created_at: Named[str] = Column(Text)


class _TrainedModel(TypedColumns):
    # SHA-256 of the weights, or the folder of a run that has not been exported.
    id: Named[str] = Column(Text, primary_key=True)
    training_set: Named[str] = Column(Text, ForeignKey("training_set.digest"), index=True)
    run: Named[str] = Column(Text)
    steps: Named[int] = Column(Integer)
    created_at: Named[str] = Column(Text)


class _ExcludedSample(TypedColumns):
    notice_id: Named[str] = Column(Text, ForeignKey("notice.id"), primary_key=True)
    training_set: Named[str] = Column(Text, ForeignKey("training_set.digest"), primary_key=True)
    # SHA-256 of the sample, as the manifest lists it.
    sample: Named[str] = Column(Text, primary_key=True, index=True)
    why: Named[str] = Column(Text)
    at: Named[str] = Column(Text)
    lifted_at: Named[str | None] = Column(Text)


training_set = Table("training_set", metadata, _TrainingSet)
trained_model = Table("trained_model", metadata, _TrainedModel)
"""Models made here, and from which set: those of a set with excluded samples are marked by that."""
excluded_sample = Table("excluded_sample", metadata, _ExcludedSample)

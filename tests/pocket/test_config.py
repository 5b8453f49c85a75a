import dataclasses

import pytest

from cleardance.errors import UsageError
from cleardance.pocket.config import CONFIGS, PLACE_FEATURES, Config, config_named

ALL = list(CONFIGS.values())


@pytest.mark.parametrize("config", ALL, ids=lambda c: c.name)
def test_the_parameters_are_those_of_the_network_on_the_meta_device(config: Config) -> None:
    torch = pytest.importorskip("torch")
    from cleardance.pocket.transformer import Transformer

    with torch.device("meta"):
        network = Transformer(config)
    assert sum(p.numel() for p in network.parameters()) == config.parameters


@pytest.mark.parametrize("config", [c for c in ALL if c.parameters < 2e9], ids=lambda c: c.name)
@pytest.mark.parametrize("clip", [False, True])
def test_the_operations_are_those_that_torch_counts(config: Config, clip: bool) -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    from cleardance.pocket.transformer import Transformer

    frames, audio = (config.key_frames, config.audio_tokens) if clip else (1, 0)
    video = config.video_tokens(frames)
    with torch.device("meta"):
        network = Transformer(config)
        inputs = (
            torch.empty(1, video, config.token_dims),
            torch.empty(1, audio, config.audio_dims),
            torch.empty(1),
            torch.empty(1, config.text_tokens, dtype=torch.long),
            torch.empty(1, video),
            torch.empty(1, audio),
            torch.empty(1, video, config.token_dims),
            torch.empty(video, PLACE_FEATURES),
            torch.empty(video + audio + config.text_tokens, config.head_dims // 2),
        )
        with FlopCounterMode(display=False) as counter:
            network(*inputs)
    said = config.clip_flops if clip else config.still_flops
    assert counter.get_total_flops() == said


def test_the_table_reaches_from_a_pocket_to_billions() -> None:
    assert CONFIGS["pocket"].weights_bytes <= 40e6
    assert CONFIGS["thirteen-billion"].parameters > 12e9
    assert all(c.training_bytes == 16 * c.parameters for c in ALL)


def test_a_still_is_96_tokens_of_8_pixels() -> None:
    pocket = CONFIGS["pocket"]
    assert (pocket.rows, pocket.columns, pocket.video_tokens(1)) == (8, 12, 96)


def test_a_clip_is_a_frame_and_pairs_of_frames() -> None:
    clips = CONFIGS["pocket-clips"]
    assert [clips.moments(frames) for frames in (1, 3, 13)] == [1, 2, 7]
    assert clips.clip_tokens == 7 * 96 + 12 + 24
    with pytest.raises(ValueError, match="whole pairs"):
        dataclasses.replace(clips, key_frames=12)


@pytest.mark.parametrize("wrong", [{"heads": 3}, {"heads": 32}, {"patch_px": 7}])
def test_sizes_that_do_not_divide_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="whole"):
        dataclasses.replace(CONFIGS["pocket"], **wrong)


def test_an_unknown_size_names_the_known() -> None:
    with pytest.raises(UsageError) as caught:
        config_named("gigantic")
    assert "pocket" in caught.value.diagnostics()

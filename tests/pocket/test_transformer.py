import pytest

pytest.importorskip("torch")

import torch

from cleardance.pocket import flow
from cleardance.pocket.config import CONFIGS
from cleardance.pocket.positions import geometry, layout_of
from cleardance.pocket.text import PAD
from cleardance.pocket.transformer import Output, Transformer

TINY = CONFIGS["tiny"]


def network(random: bool = True) -> Transformer:
    """A network whose gates are open: as trained, not as born."""
    torch.manual_seed(0)
    made = Transformer(TINY)
    if random:
        with torch.no_grad():
            for weight in made.parameters():
                weight.add_(0.05 * torch.randn_like(weight))
    return made.eval()


def inputs(frames: int = 2, audio: int = 24, words: int = 5) -> list[torch.Tensor]:
    made = torch.Generator().manual_seed(1)
    video = TINY.video_tokens(frames)
    told = geometry(TINY, layout_of(TINY, frames, audio, words))
    return [
        torch.randn(2, video, TINY.token_dims, generator=made),
        torch.randn(2, audio, TINY.audio_dims, generator=made),
        torch.tensor([0.3, 0.8]),
        torch.randint(2, 50, (2, words), generator=made),
        torch.zeros(2, video),
        torch.zeros(2, audio),
        torch.zeros(2, video, TINY.token_dims),
        *map(torch.tensor, told),
    ]


@torch.no_grad()
def out(net: Transformer, arguments: list[torch.Tensor]) -> Output:
    return net(*arguments)


@pytest.mark.parametrize(("frames", "audio"), [(1, 0), (1, 24), (6, 24)])
def test_outputs_have_the_shapes_of_their_streams(frames: int, audio: int) -> None:
    arguments = inputs(frames, audio)
    made = out(network(), arguments)
    assert made.video.shape == arguments[0].shape
    assert made.audio.shape == arguments[1].shape
    assert made.labels.shape == (2, TINY.video_tokens(frames), TINY.labels)


def test_a_newborn_network_is_the_linear_estimate() -> None:
    arguments = inputs()
    t = arguments[2][:, None, None]
    made = out(network(random=False), arguments)
    skip = flow.scales(t, torch.ones(TINY.token_dims))[1]
    torch.testing.assert_close(made.video, skip * arguments[0])


def test_empty_places_after_the_words_change_nothing() -> None:
    arguments, net = inputs(words=5), network()
    short = out(net, arguments)
    arguments[3] = torch.nn.functional.pad(arguments[3], (0, 4), value=PAD)
    arguments[8] = torch.nn.functional.pad(arguments[8], (0, 0, 0, 4))  # text is nowhere
    torch.testing.assert_close(out(net, arguments), short, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("index", [0, 1, 2, 3], ids=["video", "audio", "time", "words"])
def test_everything_reaches_both_streams(index: int) -> None:
    """Change sample 0 only: both of its streams change, and sample 1 does not."""
    arguments, net = inputs(), network()
    before = out(net, arguments)
    changed = arguments[index].clone()
    changed[0] = changed[0] + 1 if index != 2 else 0.5
    after = out(net, [*arguments[:index], changed, *arguments[index + 1 :]])
    for a, b in ((before.video, after.video), (before.audio, after.audio)):
        assert (a[0] - b[0]).abs().max() > 1e-4
        torch.testing.assert_close(a[1], b[1])


def test_a_given_token_is_told_from_a_noised_one() -> None:
    arguments, net = inputs(), network()
    before = out(net, arguments)
    arguments[4] = arguments[4].clone()
    arguments[4][:, :96] = 1
    assert (out(net, arguments).video - before.video)[:, 96:].abs().max() > 1e-4


def test_where_nothing_changes_noise_goes_by_itself() -> None:
    """A token that stays as the first frame has it needs nothing carried through the network."""
    arguments, net = inputs(), network(random=False)
    with torch.no_grad():
        net.video_spread.bias.fill_(-100)
        net.first_out.bias.fill_(100)
    first, t = torch.randn_like(arguments[0]), arguments[2][:, None, None]
    noise = torch.randn_like(first)
    arguments[0], arguments[6] = flow.mix(first, noise, t), first
    off = out(net, arguments).video - flow.velocity(first, noise)
    assert off.square().mean() < 1e-3


def test_a_first_frame_reaches_every_moment() -> None:
    arguments, net = inputs(), network()
    before = out(net, arguments).video
    arguments[6] = torch.randn_like(arguments[6])
    assert ((out(net, arguments).video - before).abs().amax(-1) > 1e-4).all()


def test_time_orders_the_frames() -> None:
    """Frames swapped are not the same clip: attention knows which comes first."""
    arguments, net = inputs(frames=2), network()
    before = out(net, arguments).video
    arguments[0] = torch.cat((arguments[0][:, 96:], arguments[0][:, :96]), dim=1)
    swapped = out(net, arguments).video
    assert (torch.cat((swapped[:, 96:], swapped[:, :96]), dim=1) - before).abs().max() > 1e-4


def test_gradients_reach_every_weight() -> None:
    net = network()
    made = net(*inputs())
    (made.video.square().mean() + made.audio.square().mean() + made.labels.mean()).backward()
    still = [name for name, p in net.named_parameters() if p.grad is None]
    zero = [n for n, p in net.named_parameters() if p.grad is not None and not p.grad.any()]
    assert still == []
    assert set(zero) <= {"known", "first_in.weight", "first_out.weight", "first_out.bias"}

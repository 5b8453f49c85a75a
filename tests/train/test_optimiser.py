import pytest

pytest.importorskip("torch")

import torch

from cleardance.pocket.config import CONFIGS
from cleardance.pocket.transformer import Transformer
from cleardance.train.optimiser import Muon, optimisers, orthogonal


@pytest.mark.parametrize("shape", [(3, 64, 64), (2, 64, 192), (2, 192, 64)])
def test_singular_values_end_near_one(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)).float())
    assert values.max() < 1.35
    assert values.median() > 0.6


def test_a_step_goes_downhill_at_the_length_of_its_rate() -> None:
    torch.manual_seed(0)
    matrix = torch.nn.Parameter(torch.randn(32, 32))
    goal, muon = torch.randn(32, 32), Muon([matrix], lr=0.1)
    before, start = (matrix - goal).square().sum(), matrix.detach().clone()
    (matrix - goal).square().sum().backward()
    muon.step()
    assert (matrix - goal).square().sum() < before
    longest = torch.linalg.svdvals((matrix - start).detach())[0]
    assert 0.05 < longest < 0.14


def test_every_weight_is_in_one_of_them() -> None:
    network = Transformer(CONFIGS["tiny"])
    muon, adam = optimisers(network, 0.02, 0.002)
    held = [id(p) for o in (muon, adam) for g in o.param_groups for p in g["params"]]
    assert sorted(held) == sorted(map(id, network.parameters()))
    assert all(p.ndim == 2 for p in muon.param_groups[0]["params"])

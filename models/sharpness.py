"""How sharp the minimum is that a training has found, of the loss over all training samples.

Keskar et al., "On large-batch training for deep learning: generalization gap and sharp minima",
ICLR 2017, arXiv 1609.04836, call a minimum sharp where the loss rises much in a small box around
it, and where its Hessian has large eigenvalues. Both depend on how the network is parametrised:
Dinh et al., "Sharp minima can generalize for deep nets", ICML 2017.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from models.options import require_positive, require_whole_number
from models.scoring import batches_of

if TYPE_CHECKING:
    from models.interface import Inputs

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
LossAt = Callable[[torch.Tensor], torch.Tensor]

START = 0  # seeds the vector that the search for the eigenvalue begins with
RESTARTS = 100  # of the search, of some 10 products each; trained networks need one or two


@dataclass(frozen=True)
class Sharpness:
    """Both measures of a trained network, for the record: `sharpness`, that of `box_sharpness`, and
    `hessian_eigenvalue`.

    Raises ValueError naming the field where a value is wrong.
    """

    epsilon: float = 1e-3
    steps: int = 20
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        require_positive("epsilon", self.epsilon)
        require_whole_number("steps", self.steps)
        require_positive("tolerance", self.tolerance)

    def __call__(
        self, network: nn.Module, loss: Loss, inputs: Inputs, labels: torch.Tensor
    ) -> dict[str, float]:
        (together,) = batches_of(inputs, len(inputs))
        parts = network, loss, together, labels
        return {
            "sharpness": box_sharpness(*parts, epsilon=self.epsilon, steps=self.steps),
            "hessian_eigenvalue": hessian_eigenvalue(*parts, tolerance=self.tolerance),
        }


def box_sharpness(
    network: nn.Module,
    loss: Loss,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    epsilon: float = 1e-3,
    steps: int = 20,
) -> float:
    """The largest 100 (f(x + y) - f(x)) / (1 + f(x)) for |y_i| <= epsilon (|x_i| + 1), f the loss,
    x all weights that are trained: Keskar et al., equations 3 and 4, in the full space (A = I).

    `loss` takes the outputs for `inputs` (n, ...) and `labels` (n,). The network counts as in
    evaluation, in double precision; it is left as it is. epsilon is 1e-3 or 5e-4 with them.

    The maximum is sought by projected gradient ascent with steps longer than the box, that is from
    corner to corner, from the middle on; the best corner counts, so that it is a lower bound, and
    not below 0. The `steps` are ours. Keskar et al. take 10 iterations of L-BFGS-B, whose first
    step is only as long as the gradient: in very flat minima it hardly leaves the middle.
    """
    at, weights = _loss_at(network, loss, inputs, labels)
    sides = epsilon * (weights.abs() + 1)
    slope = torch.func.grad_and_value(at)
    gradient, middle = slope(weights)
    best = middle
    for _ in range(steps):
        gradient, value = slope(weights + sides * gradient.sign())
        best = torch.maximum(best, value)
    return float(100 * (best - middle) / (1 + middle))


def hessian_eigenvalue(
    network: nn.Module,
    loss: Loss,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    tolerance: float = 1e-3,
) -> float:
    """The largest eigenvalue of the Hessian of the loss in all weights that are trained.

    Arguments as of `box_sharpness`; `tolerance` is the eigenvalue's relative error. By ARPACK's
    Lanczos iterations on Hessian-vector products, from a fixed random start: what the power
    iteration of PyHessian (Yao et al. 2020, arXiv 1912.07145) finds, unless the most negative
    eigenvalue is the larger one in size, in fewer products. Raises scipy's ArpackNoConvergence.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    at, weights = _loss_at(network, loss, inputs, labels)
    transposed = torch.func.vjp(torch.func.grad(at), weights)[1]  # a Hessian is symmetric

    def times_hessian(vector: np.ndarray) -> np.ndarray:
        product: np.ndarray = transposed(torch.from_numpy(vector.reshape(-1)))[0].numpy()
        return product

    start = np.random.default_rng(START).standard_normal(len(weights))
    if not times_hessian(start).any():  # no Hessian at all, which ARPACK refuses
        return 0.0
    operator = LinearOperator((len(weights),) * 2, matvec=times_hessian, dtype=np.float64)
    options = {"v0": start, "tol": tolerance, "maxiter": RESTARTS, "return_eigenvectors": False}
    found = eigsh(operator, k=1, which="LA", **options)
    return float(found[0])


def _loss_at(
    network: nn.Module, loss: Loss, inputs: torch.Tensor, labels: torch.Tensor
) -> tuple[LossAt, torch.Tensor]:
    """The loss as a function of all trained weights in one vector, and these weights (P,).

    Of copies on the processor in double precision: near a minimum differences are small.
    """
    copied = copy.deepcopy(network).to("cpu", torch.float64).eval()
    judged = copy.deepcopy(loss)
    if isinstance(judged, nn.Module):
        judged.to("cpu", torch.float64).eval()
    trained = {name: p.detach() for name, p in copied.named_parameters() if p.requires_grad}
    sizes = [weight.numel() for weight in trained.values()]
    inputs, labels = inputs.to("cpu", torch.float64), labels.to("cpu")

    def at(weights: torch.Tensor) -> torch.Tensor:
        parts = zip(trained.items(), torch.split(weights, sizes), strict=True)
        replaced = {name: part.view_as(weight) for (name, weight), part in parts}
        return judged(torch.func.functional_call(copied, replaced, (inputs,)), labels)

    return at, torch.cat([weight.reshape(-1) for weight in trained.values()])

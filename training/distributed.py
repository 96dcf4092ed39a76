"""One training step over several processes: parameters and optimiser in shards (FSDP2), sums over all of them.

Without a launcher (`accelerate launch`, torchrun) there is one process, and every function here does the plain thing.
Losses are sums divided by a count over all processes and micro-batches (`summed`), and gradients are added up over the
processes, so that two processes with a micro-batch each take the step of one process with both.

Source: fully sharded data parallel, Zhao et al. 2023 (arXiv 2304.11277), as torch.distributed.fsdp.fully_shard.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor


@dataclass(frozen=True)
class World:
    """This process among all: `rank` of `size`, and the device it computes on."""

    rank: int
    size: int
    device: torch.device


def start() -> World:
    """Joins the processes the launcher started, over NCCL or, without CUDA, gloo. Call it once, first."""
    size, local = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if size == 1:
        return World(0, 1, device)
    dist.init_process_group("nccl" if cuda else "gloo", device_id=device if cuda else None)
    return World(dist.get_rank(), size, device)


def finish() -> None:
    """Leaves the process group, if there is one."""
    if dist.is_initialized():
        dist.destroy_process_group()


def shard(objective: nn.Module, units: Iterable[nn.Module], world: World) -> None:
    """Shards `objective` in place, before its optimiser is made; nothing happens in a world of one.

    Every process must hold the same values. Each of `units` is gathered (on CUDA in bfloat16) when it runs, and has to
    run equally often on all processes: a decoder layer does, a tower block, run once per image size, does not. The
    other parameters are gathered from the start of `objective.forward`, outside which they are not to be used, to the
    end of backward, and may be used any number of times, also not at all. Gradients are added up in float32.
    """
    if world.size == 1:
        return
    mesh = init_device_mesh(world.device.type, (world.size,))
    # The dtype of what runs through them stays autocast's business, as in a world of one.
    half = MixedPrecisionPolicy(torch.bfloat16, torch.float32, cast_forward_inputs=False)
    for unit in units:
        fully_shard(unit, mesh=mesh, mp_policy=half if world.device.type == "cuda" else MixedPrecisionPolicy())
    fully_shard(objective, mesh=mesh, mp_policy=MixedPrecisionPolicy(cast_forward_inputs=False))
    for module in objective.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)  # gradients are added, not averaged
            module.set_force_sum_reduction_for_comms(True)
            # Text alone leaves the tower without gradients on one process while another's images give it some.
            module.set_reduce_scatter_unused_params(True)
    objective.register_forward_hook(_free)


def _free(objective: nn.Module, *_: object) -> None:
    # No backward pass follows validation, which would leave its weights, the averaged ones, to the next training step.
    if isinstance(objective, FSDPModule) and not torch.is_grad_enabled():
        objective.reshard()


def last_of_step(objective: nn.Module, last: bool) -> None:
    """Call before each micro-batch: gradients travel between processes with the step's `last` one alone."""
    if isinstance(objective, FSDPModule):
        objective.set_requires_gradient_sync(last)
        objective.set_is_last_backward(last)


def summed(values: Tensor) -> Tensor:
    """The sum over all processes, on all of them."""
    if dist.is_initialized():
        values = values.clone()
        dist.all_reduce(values)
    return values


def gathered(names: list[str]) -> list[str]:
    """The names of all processes, on all of them, in the order of their ranks."""
    if not dist.is_initialized():
        return names
    lists: list[list[str]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(lists, names)
    return [name for each in lists for name in each]


def clip(parameters: Iterable[nn.Parameter], limit: float) -> Tensor:
    """Scales all gradients down to a global norm of `limit`; returns the norm before, the same on every process."""
    norm = nn.utils.clip_grad_norm_(list(parameters), limit)
    return norm.full_tensor() if isinstance(norm, DTensor) else norm


def local(tensors: Iterable[Tensor]) -> list[Tensor]:
    """This process's own parts, sharing memory: what element-wise updates such as averages need."""
    return [tensor.to_local() if isinstance(tensor, DTensor) else tensor for tensor in (t.detach() for t in tensors)]


def whole(tensors: Mapping[str, Tensor], world: World) -> dict[str, Tensor]:
    """Copies of all tensors, unsharded, on the CPU of process 0; empty on the others. All processes must call it."""
    gathered: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        part = tensor.detach()
        full = part.full_tensor() if isinstance(part, DTensor) else part
        if world.rank == 0:
            gathered[name] = full.to("cpu", copy=True)
    return gathered


@torch.no_grad()
def assign(targets: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
    """Copies unsharded `values`, which every process has in full, into `targets` of the same names."""
    for name, target in targets.items():
        target.copy_(_like(target, values[name]))


def optimiser_state(optimiser: torch.optim.Optimizer, named: Mapping[str, nn.Parameter], world: World) -> Any:
    """Its state as {parameter name: {"step": ..., "exp_avg": ...}} of `whole` tensors."""
    return {name: whole(optimiser.state[each], world) for name, each in named.items() if each in optimiser.state}


def restore_optimiser(
    optimiser: torch.optim.Optimizer, named: Mapping[str, nn.Parameter], state: Mapping[str, Mapping[str, Tensor]]
) -> None:
    """Sets what `optimiser_state` saved, whatever the number of processes then and now; learning rates stay."""
    for name, values in state.items():
        parameter = named[name]
        optimiser.state[parameter] = {
            key: value.to(parameter.device, copy=True) if key == "step" else _like(parameter, value)
            for key, value in values.items()
        }


def _like(target: Tensor, value: Tensor) -> Tensor:
    value = value.to(target.device, target.dtype, copy=True)
    if not isinstance(target, DTensor):
        return value
    # Each process cuts its part out of its own copy.
    return distribute_tensor(value, target.device_mesh, target.placements, src_data_rank=None)

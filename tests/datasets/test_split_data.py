import dataclasses

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from datasets.digits import Digits
from datasets.errors import WrongOption
from datasets.module import SplitData
from datasets.splits import Sampling


@pytest.fixture(scope="module")
def samples():
    return Digits().load()


@pytest.fixture(scope="module")
def split(samples):
    return Sampling(50).split(samples, 0, 0)


def epoch(batches):
    images, labels = zip(*batches, strict=True)
    return torch.cat(images), torch.cat(labels)


def test_tensors_hold_the_unscaled_samples_of_the_split(samples, split):
    data = SplitData(samples, split)
    assert data.train_inputs.take(np.arange(3)).dtype == torch.uint8
    assert data.train_labels.dtype == data.test_labels.dtype == torch.int64
    np.testing.assert_array_equal(data.train_inputs, samples.inputs[split.train])
    np.testing.assert_array_equal(data.train_labels, samples.labels[split.train])
    np.testing.assert_array_equal(data.test_inputs, samples.inputs[split.test])
    np.testing.assert_array_equal(data.test_labels, samples.labels[split.test])
    assert (data.shape, data.classes, data.peak) == ((1, 8, 8), 2, 16.0)
    assert data.class_names == ("0", "1")


@pytest.mark.parametrize("on_disk", [False, True])
def test_what_learns_cannot_ask_for_other_samples_than_its_own(samples, split, on_disk, tmp_path):
    source = mapped(samples, tmp_path) if on_disk else samples
    part = SplitData(source, split).train_inputs.part
    with pytest.raises(AttributeError):
        part.index = split.test
    with pytest.raises(ValueError, match="read-only"):
        part.index[0] = split.test[0]
    with pytest.raises(IndexError):
        part.read(torch.tensor([len(split.train)]))


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(1, [1] * 50), (16, [16, 16, 16, 2]), (50, [50]), (99, [50]), (None, [50])],
)
def test_batches_have_the_asked_size_and_the_last_may_be_short(samples, split, batch_size, sizes):
    batches = SplitData(samples, split, batch_size).train_dataloader()
    assert [len(labels) for _, labels in batches] == sizes
    assert len(batches) == len(sizes)


def test_each_epoch_has_every_train_sample_once_in_a_fresh_order(samples, split):
    data = SplitData(samples, split, batch_size=16)
    batches = data.train_dataloader()
    all_images = data.train_inputs.take(np.arange(50))
    orders = []
    for _ in range(2):
        images, labels = epoch(batches)
        position = [int((all_images == image).all((1, 2, 3)).nonzero()) for image in images]
        assert sorted(position) == list(range(50))
        torch.testing.assert_close(labels, data.train_labels[position])
        orders.append(position)
    assert orders[0] != orders[1]


def test_the_order_depends_on_the_order_seed_alone(samples, split):
    def two_epochs(seed):
        batches = SplitData(samples, split, batch_size=16, order_seed=seed).train_dataloader()
        return torch.stack([epoch(batches)[0], epoch(batches)[0]])

    first = two_epochs(4)
    torch.manual_seed(99)
    assert torch.equal(two_epochs(4), first)
    assert not torch.equal(two_epochs(5), first)


def test_batching_leaves_the_global_generator_alone(samples, split):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    epoch(SplitData(samples, split, batch_size=16).train_dataloader())
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("batch_size", [0, -1, 2.0, "8", True])
def test_a_batch_size_that_makes_no_sense_is_refused(samples, split, batch_size):
    with pytest.raises(WrongOption, match=f"batch_size={batch_size}: a whole number"):
        SplitData(samples, split, batch_size)


class Probe(pl.LightningModule):
    """A linear model that keeps what the trainer hands it."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(64, 2)
        self.seen = []

    def training_step(self, batch, index):
        images, labels = batch
        self.seen.append((self.current_epoch, len(labels), images.sum().item()))
        return torch.nn.functional.cross_entropy(self.layer(images.flatten(1).float()), labels)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1e-3)


def test_a_lightning_trainer_trains_on_fresh_batches_each_epoch(samples, split):
    probe = Probe()
    trainer = pl.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        barebones=True,
    )
    trainer.fit(probe, datamodule=SplitData(samples, split, batch_size=32))
    assert [(e, n) for e, n, _ in probe.seen] == [(0, 32), (0, 18), (1, 32), (1, 18)]
    assert probe.seen[0][2] != probe.seen[2][2]


class Brighter:
    """Adds the number of the view, and ten times the seed, to every pixel."""

    text = "brighter"
    at_test = None

    def __init__(self, views=None):
        self.views = views

    def __call__(self, images, seed, view, samples):
        return images + torch.tensor(10 * seed + view, dtype=torch.uint8)


def brightness(data, batches, split, samples):
    """By how much each image of one epoch is brighter than the one it was made from."""
    images, _ = epoch(batches)
    return int(images.sum() - samples.inputs[split.train].astype(int).sum()) / images.numel()


def test_an_online_augmentation_draws_a_new_view_every_epoch_with_the_cells_own_seed(
    samples, split
):
    data = SplitData(samples, split, batch_size=16, augmentation=Brighter(), augmentation_seed=2)
    batches = data.train_dataloader()
    assert [brightness(data, batches, split, samples) for _ in range(3)] == [20, 21, 22]
    assert (data.augmented, data.views) == (True, None)


def test_an_offline_augmentation_takes_its_fixed_views_in_turn(samples, split):
    data = SplitData(
        samples, split, batch_size=16, augmentation=Brighter(views=2), augmentation_seed=2
    )
    batches = data.train_dataloader()
    assert [brightness(data, batches, split, samples) for _ in range(4)] == [0, 1, 0, 1]


def test_test_images_are_never_augmented(samples, split):
    data = SplitData(samples, split, augmentation=Brighter(views=2))
    np.testing.assert_array_equal(data.test_inputs, samples.inputs[split.test])


def mapped(samples, folder):
    """The same samples, their images in a memory-mapped file."""
    np.save(folder / "images.npy", samples.inputs)
    images = np.load(folder / "images.npy", mmap_mode="r")
    return dataclasses.replace(samples, inputs=images)


@pytest.mark.parametrize("augmentation", [None, Brighter(), Brighter(views=2)])
def test_memory_mapped_images_give_the_same_batches(samples, split, tmp_path, augmentation):
    both = [
        SplitData(source, split, batch_size=16, augmentation=augmentation).train_dataloader()
        for source in (samples, mapped(samples, tmp_path))
    ]
    for _ in range(3):
        (images, labels), (others, other_labels) = map(epoch, both)
        assert torch.equal(images, others)
        assert torch.equal(labels, other_labels)


def test_images_are_known_by_their_data_set_and_view(samples, split):
    images = SplitData(samples, split, augmentation=Brighter(views=2)).train_inputs
    again = SplitData(samples, split, augmentation=Brighter(views=2)).train_inputs
    identities = [images.identity, images.view(0).identity, images.view(1).identity]
    assert len(set(identities)) == 3
    assert again.view(1).identity == identities[2]

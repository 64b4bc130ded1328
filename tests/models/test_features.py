import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from models.backbones.body import Preparation
from models.backbones.network import random_body
from models.backbones.options import Backbone
from models.features.cache import FeatureCache
from models.features.extraction import BATCH, FeatureExtractor, device_of, precision_of
from tests.models.photos import Photos, coloured

PIXELS, _ = coloured(40)


def extractor_of(precision="float32", cache=None, architecture="squeezenet1_1", seed=0):
    body = random_body(Backbone("torchvision", architecture, weights="none"), seed)
    preparation = Preparation(body.inputs, image_size=32, peak=255.0)
    return FeatureExtractor(preparation, body, precision, cache=cache)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_features_of_an_image_are_the_same_bytes_in_whatever_company(precision):
    extractor = extractor_of(precision)
    together = extractor.features(Photos(PIXELS, np.arange(40)))
    order = np.random.default_rng(0).permutation(40)
    assert extractor.features(Photos(PIXELS, order)).equal(together[torch.from_numpy(order)])
    for few in ([7], [3, 3], range(BATCH + 1)):
        assert extractor.features(Photos(PIXELS, few)).equal(together[list(few)])


def test_lazy_images_tensors_and_arrays_have_the_same_features():
    extractor = extractor_of()
    lazy = extractor.features(Photos(PIXELS, np.arange(40)))
    assert lazy.dtype == torch.float32
    assert extractor.features(torch.from_numpy(PIXELS)).equal(lazy)
    assert extractor.features(PIXELS).equal(lazy)
    assert extractor.features(PIXELS.astype(np.float32)).equal(lazy)


def test_features_are_those_of_the_network_in_evaluation_mode():
    extractor = extractor_of(architecture="resnet18")
    extractor.body.train()
    features = extractor.features(PIXELS[:3])
    with torch.inference_mode():
        prepared = extractor.preparation(torch.from_numpy(PIXELS[:3]))
        expected = extractor.body.eval()(prepared)
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)


def test_bfloat16_is_close_to_float32_and_leaves_the_given_network_as_it_is():
    precise, fast = extractor_of("float32"), extractor_of("bfloat16")
    one, other = precise.features(PIXELS), fast.features(PIXELS)
    assert other.dtype == torch.float32
    assert not one.equal(other)
    assert (one - other).abs().max() < 0.05 * one.abs().max()
    assert next(fast.body.parameters()).dtype == torch.float32


def test_the_cache_gives_back_the_same_bytes_and_reads_no_image_again(tmp_path):
    cache = FeatureCache(tmp_path, 10**9)
    images = Photos(PIXELS, np.arange(40))
    alone = extractor_of().features(images)
    first, second = extractor_of(cache=cache), extractor_of(cache=cache)
    assert first.features(images).equal(alone)
    images.taken.clear()
    assert second.features(images).equal(alone)
    assert images.taken == []
    assert (first.computed, second.computed) == (40, 0)


@pytest.mark.parametrize(
    "other",
    [
        lambda cache: extractor_of("bfloat16", cache),
        lambda cache: extractor_of(cache=cache, seed=1),
        lambda cache: extractor_of(cache=cache, architecture="resnet18"),
    ],
    ids=["precision", "weights", "architecture"],
)
def test_other_features_are_never_taken_for_these(tmp_path, other):
    cache = FeatureCache(tmp_path, 10**9)
    images = Photos(PIXELS, np.arange(8))
    extractor_of(cache=cache).features(images)
    another = other(cache)
    another.features(images)
    assert another.computed == 8


def test_other_data_and_other_views_are_computed_anew(tmp_path):
    extractor = extractor_of(cache=FeatureCache(tmp_path, 10**9))
    images = Photos(PIXELS, np.arange(4))
    for lazy in (images, images.view(0), images.view(1), Photos(PIXELS, range(4), name="others")):
        extractor.features(lazy)
    assert extractor.computed == 16
    assert not extractor.features(images.view(0)).equal(extractor.features(images))
    assert extractor.computed == 16


def test_images_that_do_not_know_what_they_are_are_not_kept(tmp_path):
    extractor = extractor_of(cache=FeatureCache(tmp_path, 10**9))
    extractor.features(PIXELS[:2])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_features_are_the_same_bytes_in_another_process():
    code = (
        "import json, torch; torch.set_num_threads(1)\n"
        "from tests.models.test_features import extractor_of, PIXELS\n"
        "print(json.dumps(extractor_of().features(PIXELS[:5]).tolist()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == extractor_of().features(PIXELS[:5]).tolist()


def test_automatic_precision_is_bfloat16_only_where_a_processor_computes_in_it():
    assert precision_of("auto") in ("float32", "bfloat16")
    assert precision_of("auto", device="cuda") == "float32"
    assert precision_of("bfloat16", device="cuda") == "bfloat16"


def test_the_device_is_the_trainers_first():
    assert device_of({"accelerator": "cpu", "devices": 2}) == "cpu"
    assert device_of({"accelerator": "gpu", "devices": [1, 2]}) == "cuda:1"

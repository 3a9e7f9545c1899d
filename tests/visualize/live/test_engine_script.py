"""The engine (visualize/live/engine) in headless Chromium, against NumPy."""

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.sample.text import character_probabilities, draw
from glassnet.visualize import read_activations, states_of
from glassnet.visualize.drawing.shades import shades
from glassnet.visualize.live.build import Opening, live_page
from glassnet.visualize.live.encodings import encode_array, encoded_values
from tests.visualize.chromium import Browser

Run = Callable[[str], Any]


@pytest.fixture
def run(browser: Browser, engine: str) -> Run:
    """A function that runs a script with the engine and returns what the script returns."""
    browser.send("/url", {"url": "about:blank"})
    return lambda script: browser.run(f"{engine}\n{script}")


@pytest.mark.parametrize("seed", [0, 7, 2**32 + 5, 123456789012345678901234567890])
def test_random_numbers_are_those_of_numpy(run: Run, seed: int) -> None:
    expected = np.random.default_rng(seed).spawn(1)[0].random(50).tolist()
    script = (
        f"const g = new Generator({seed}n); return Array.from({{length: 50}}, () => g.uniform())"
    )
    assert run(script) == expected


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"),
    [
        (1.0, None, 1.0),
        (0.3, None, 1.0),
        (0.0, None, 1.0),
        (1.0, 3, 1.0),
        (0.7, None, 0.6),
        (2, 5, 0.5),
    ],
)
def test_probabilities_are_those_of_the_sampler(
    run: Run, generator: np.random.Generator, temperature: float, top_k: int | None, top_p: float
) -> None:
    logits = generator.normal(size=9).round(1)
    logits[4] = logits[2]  # equals
    uniforms = generator.random(20)
    expected = character_probabilities(logits[None], temperature, top_k, top_p)
    drawn = [int(draw(expected, np.array([each]))[0]) for each in uniforms]
    options = json.dumps(
        {"temperature": temperature, "topP": top_p} | ({"topK": top_k} if top_k else {})
    )
    probabilities, ids = run(
        f"const p = characterProbabilities(Float64Array.from({logits.tolist()}), {options});"
        f"return [Array.from(p), {uniforms.tolist()}.map((u) => drawId(p, u))]"
    )
    assert np.allclose(probabilities, expected[0], rtol=1e-14, atol=0)
    assert ids == drawn


@pytest.mark.parametrize("kind", ["PlainProducts", "SimdProducts"])
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (7, 5), (33, 65), (64, 96)])
def test_products(
    run: Run, generator: np.random.Generator, kind: str, inputs: int, outputs: int
) -> None:
    W = generator.normal(size=(inputs, outputs)).astype(np.float32)
    x, y = (generator.normal(size=n).astype(np.float32) for n in (inputs, outputs))
    found = run(
        f"const made = new {kind}(100000);"
        f"const W = made.matrix(Float32Array.from({W.reshape(-1).tolist()}), {inputs}, {outputs});"
        f"const x = made.vector({inputs}); x.set({x.tolist()});"
        f"const y = made.vector({outputs}); y.set({y.tolist()});"
        "W.addProduct(x, y); return Array.from(y)"
    )
    assert np.allclose(found, y + x @ W, atol=1e-5)


@pytest.mark.parametrize("encoding", ["float32", "float16", "int8"])
def test_weights_are_decoded(run: Run, generator: np.random.Generator, encoding: str) -> None:
    values = generator.normal(size=(6, 5)).astype(np.float32)
    values[0] = [0, 1e-7, -3e-6, 60000, -0.0]  # small ones are subnormal in float16
    text = base64.b64encode(encode_array(values, encoding)).decode()
    shape = {"rows": 6, "columns": 5, "encoding": encoding}
    found = run(f"return Array.from(decodeArray({text!r}, {json.dumps(shape)}))")
    expected: Array = encoded_values(values, encoding).reshape(-1)
    assert np.array_equal(np.float32(found), expected)


def source_of(network: CharacterLSTM, encoding: str = "float32") -> str:
    """JavaScript that makes a network: `description` and `texts`."""
    content = live_page(network, Opening("a", 1, 0), "title", encoding=encoding)
    page = json.dumps(content).replace("<", "\\u003c")
    return (
        f'const page = new DOMParser().parseFromString({page}, "text/html");'
        "const text = (id) => page.getElementById(id).textContent;"
        'const description = JSON.parse(text("data")).network;'
        "const names = Object.keys(description.arrays);"
        "const texts = Object.fromEntries(names.map((name) => [name, text(name)]));"
    )


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("options", [{}, {"skip": True, "embedding": 4, "temperature": 1.5}])
def test_networks_compute_what_numpy_does(
    run: Run,
    small: Callable[..., CharacterLSTM],
    plain: bool,
    cell: str,
    options: dict[str, Any],
) -> None:
    network = small(cell=cell, layers=3, units=9, **options)
    text = "the quick\nbrown fox"
    ids = network.vocabulary.encode(text)
    logits, states = run(
        f"{source_of(network)}"
        f"const reader = new Reader(new Network(description, texts, 1, {json.dumps(plain)}));"
        "const logits = [], states = [];"
        f"for (const id of {ids.tolist()}) {{"
        "  reader.step(id); logits.push(Array.from(reader.logits));"
        "  states.push(reader.cells.map((cell) => Object.fromEntries("
        "    Object.entries(cell.shown()).map(([name, values]) => [name, Array.from(values)]))));"
        "} return [logits, states]"
    )
    assert np.allclose(logits, network.forward(ids[:, None])[:, 0], atol=1e-5)
    names = states_of(network)
    assert set(states[0][0]) == set(names)
    for (layer, state), values in read_activations(network, text, names).arrays.items():
        assert np.allclose([each[layer - 1][state] for each in states], values, atol=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_clamped_units_and_going_on_from_a_kept_state(
    run: Run, small: Callable[..., CharacterLSTM], cell: str
) -> None:
    network = small(cell=cell)
    ids = network.vocabulary.encode("over the lazy dog and on" * 12)
    step = network.cell()
    rows = np.array([0])
    step.clamp(1, np.array([3]), np.array([0.75]), rows)
    step.clamp(2, np.array([0]), np.array([-1.0]), rows)
    expected = np.array([step.step(ids[t : t + 1])[0] for t in range(len(ids))])
    found = run(
        f"{source_of(network)}"
        "const lane = new Lane(new Network(description, texts));"
        "lane.reader.clamp([{layer: 1, unit: 3, value: 0.75}, {layer: 2, unit: 0, value: -1}]);"
        f"const ids = {ids.tolist()};"
        "for (const id of ids) lane.read(id);"
        "const once = lane.logits.map((each) => Array.from(each));"
        # Cut in the middle of what is kept, twice, and read the rest again.
        "lane.cut(250); lane.cut(117);"
        "for (const id of ids.slice(117)) lane.read(id);"
        "return [once, lane.logits.map((each) => Array.from(each)), lane.length,"
        " Array.from(lane.shades({layer: 1, state: 'hidden', neuron: 3}, 100)),"
        " lane.surprise.slice(1), lane.guesses(5)]"
    )
    once, again, length, held, surprise, guesses = found
    assert length == len(ids)
    assert np.allclose(once, expected, atol=1e-5)
    assert again == once
    assert held == [223] * (len(ids) - 100)  # 255 (0.75 + 1) / 2
    probabilities = character_probabilities(expected)
    own = probabilities[np.arange(len(ids) - 1), ids[1:]]
    assert np.allclose(surprise, -np.log2(own), atol=1e-4)
    best = np.argsort(-probabilities[5], kind="stable")[:5]
    assert [each for each, _ in guesses] == best.tolist()
    assert np.allclose([share for _, share in guesses], probabilities[5, best], atol=1e-5)


def test_what_changed_most(run: Run, small: Callable[..., CharacterLSTM]) -> None:
    network = small()
    text = "the lazy dog"
    ids = network.vocabulary.encode(text)
    found = run(
        f"{source_of(network)}"
        "const lane = new Lane(new Network(description, texts));"
        f"for (const id of {ids.tolist()}) lane.read(id);"
        "return [lane.changed(7, 'cell'), lane.changed(0, 'hidden')]"
    )
    arrays = read_activations(network, text, ("hidden", "cell")).arrays
    for changed, state, place in ((found[0], "cell", 7), (found[1], "hidden", 0)):
        sizes = {}
        for layer in (1, 2):
            values = shades(arrays[layer, state], state).astype(float)
            before = values[place - 1] if place else np.full(7, 127.5)
            for unit, size in enumerate(np.abs(values[place] - before)):
                sizes[layer, unit] = size
        largest = sorted(sizes.values(), reverse=True)[:8]
        assert [sizes[each["layer"], each["neuron"]] for each in changed] == largest


def test_a_page_without_simd_falls_back(run: Run, small: Callable[..., CharacterLSTM]) -> None:
    kinds = run(
        f"{source_of(small())}"
        "const kind = () => new Network(description, texts).products.constructor.name;"
        "const fast = kind(); const kept = WebAssembly.Module;"
        "WebAssembly.Module = function () { throw new Error('no SIMD'); };"
        "const slow = kind(); WebAssembly.Module = kept; return [fast, slow]"
    )
    assert kinds == ["SimdProducts", "PlainProducts"]

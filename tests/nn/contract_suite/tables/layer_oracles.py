"""What each layer computes, once more in NumPy as plainly as it goes.

An oracle gets a layer, its input x, the gradient dy for its output and, in training, the source of
random numbers. It returns the output `y`, the gradient `x` for the input, that of each parameter
by its name and, if there are any, `h` and `c` of the state.
"""

from collections.abc import Callable

import numpy as np

from glassnet.nn import Array, BatchShard, Layer, plain

Results = dict[str, Array]
Oracle = Callable[[Layer, Array, Array, BatchShard | None], Results]


def elementwise(f: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Oracle:
    """Return the oracle of a function of each element alone, given the function and its slope."""
    return lambda layer, x, dy, draw: {"y": f(x), "x": dy * slope(x)}


def logistic(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def softmax(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    y, dx = np.empty_like(x), np.empty_like(x)
    for row in np.ndindex(x.shape[:-1]):
        y[row] = np.exp(x[row]) / np.exp(x[row]).sum()
        dx[row] = (np.diag(y[row]) - np.outer(y[row], y[row])) @ dy[row]
    return {"y": y, "x": dx}


def dense(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    W, b = layer.parameters["W"], layer.parameters["b"]
    rows, drows = x.reshape(-1, len(W)), dy.reshape(-1, len(b))
    found = plain.dense_backward(drows, rows, W)
    y = plain.dense_forward(rows, W, b).reshape(dy.shape)
    return {**found, "y": y, "x": found["x"].reshape(x.shape)}


def embedding(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    W, b = layer.parameters["W"], layer.parameters["b"]
    one_hot = np.eye(len(W))[x].reshape(-1, len(W))
    found = plain.dense_backward(dy.reshape(-1, len(b)), one_hot, W)
    y = plain.dense_forward(one_hot, W, b).reshape(dy.shape)
    return {"y": y, "W": found["W"], "b": found["b"]}


def convolution(stride: int = 1, padding: str = "valid", dilation: int = 1) -> Oracle:
    """Return the oracle of a convolution of images, or of sequences: images one pixel wide."""

    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        W, b, options = layer.parameters["W"], layer.parameters["b"], (stride, padding, dilation)
        if x.ndim == 4:
            s, d = (stride, stride), (dilation, dilation)
            y = plain.convolution_forward(x, W, b, s, padding, d)
            return {"y": y, **plain.convolution_backward(dy, x, W, s, padding, d)}
        s, padding_, d = (options[0], 1), options[1], (options[2], 1)
        x, W, dy = x[:, :, None], W[:, None], dy[:, :, None]
        y = plain.convolution_forward(x, W, b, s, padding_, d)
        found = plain.convolution_backward(dy, x, W, s, padding_, d)
        return {"y": y[:, :, 0], "x": found["x"][:, :, 0], "W": found["W"][:, 0], "b": found["b"]}

    return results


def transposed(stride: int = 1, padding: str = "valid") -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        W, b, s = layer.parameters["W"], layer.parameters["b"], (stride, stride)
        y = plain.transposed_convolution_forward(x, W, b, s, padding)
        return {"y": y, **plain.transposed_convolution_backward(dy, x, W, s, padding)}

    return results


def max_pooling(size: int, stride: int, padding: str) -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        if x.ndim == 4:
            y, winners = plain.max_pooling_forward(x, (size, size), (stride, stride), padding)
            return {"y": y, "x": plain.max_pooling_backward(dy, x, winners)}
        x, dy = x[:, :, None], dy[:, :, None]
        y, winners = plain.max_pooling_forward(x, (size, 1), (stride, 1), padding)
        return {"y": y[:, :, 0], "x": plain.max_pooling_backward(dy, x, winners)[:, :, 0]}

    return results


def average_pooling(size: int, stride: int, padding: str) -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        if x.ndim == 4:
            options = ((size, size), (stride, stride), padding)
            y = plain.average_pooling_forward(x, *options)
            return {"y": y, "x": plain.average_pooling_backward(dy, x, *options)}
        options = ((size, 1), (stride, 1), padding)
        y = plain.average_pooling_forward(x[:, :, None], *options)[:, :, 0]
        dx = plain.average_pooling_backward(dy[:, :, None], x[:, :, None], *options)
        return {"y": y, "x": dx[:, :, 0]}

    return results


def global_average(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for n, *place, c in np.ndindex(x.shape):
        count = x[n, ..., c].size
        y[n, c] += x[n, *place, c] / count
        dx[n, *place, c] = dy[n, c] / count
    return {"y": y, "x": dx}


def global_max(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for n, c in np.ndindex(y.shape):
        places = list(np.ndindex(x.shape[1:-1]))
        largest = max(places, key=lambda place, n=n, c=c: x[n, *place, c])  # type: ignore[misc]
        y[n, c] = x[n, *largest, c]
        dx[n, *largest, c] = dy[n, c]
    return {"y": y, "x": dx}


def dropout(rate: float) -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        mask = 1.0 if draw is None else (draw.uniform(x.shape) >= rate) / (1 - rate)
        return {"y": x * mask, "x": dy * mask}

    return results


def noise(std: float, low: float, high: float) -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        if draw is None:
            return {"y": x, "x": dy}
        noisy = x + std * draw.normal(x.shape)
        inside = (low <= noisy) & (noisy <= high)
        return {"y": np.where(inside, noisy, np.where(noisy < low, low, high)), "x": dy * inside}

    return results


def sampling(weight: float) -> Oracle:
    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        mean, log_variance = np.split(x, 2, axis=1)
        std = np.exp(log_variance / 2)
        noise = np.zeros_like(mean) if draw is None else draw.normal(mean.shape)
        dmean = dy + weight * mean / len(x)
        dlog_variance = dy * noise * std / 2 + weight * (std**2 - 1) / 2 / len(x)
        auxiliary = weight / len(x) * np.sum(mean**2 + std**2 - 1 - log_variance) / 2
        return {
            "y": mean + std * noise,
            "x": np.concatenate([dmean, dlog_variance], axis=1),
            "auxiliary loss": np.array(auxiliary),
        }

    return results


def penalty(l1: float) -> Oracle:
    return lambda layer, x, dy, draw: {
        "y": x,
        "x": dy + l1 * np.sign(x),
        "auxiliary loss": np.array(l1 * np.abs(x).sum()),
    }


def reshaped(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
    return {"y": x.ravel().reshape(dy.shape), "x": dy.ravel().reshape(x.shape)}


def gathered(source: Callable[[int, int], tuple[int, int]]) -> Oracle:
    """Return the oracle of a layer whose pixels are pixels of x: `source` says which; else 0."""

    def results(layer: Layer, x: Array, dy: Array, draw: BatchShard | None) -> Results:
        y, dx = np.zeros_like(dy), np.zeros_like(x)
        for pixel in np.ndindex(dy.shape[1], dy.shape[2] if x.ndim == 4 else 1):
            place = source(*pixel)
            if min(place) >= 0 and place[0] < x.shape[1] and (x.ndim < 4 or place[1] < x.shape[2]):
                to, at = ((slice(None), *p[: x.ndim - 2]) for p in (pixel, place))
                y[to] = x[at]
                dx[at] += dy[to]
        return {"y": y, "x": dx}

    return results

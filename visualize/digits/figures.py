"""Figures of an autoencoder of images: arrays become figures of matplotlib. Needs matplotlib.

Digits are black on white. Weights are blue below zero, white at zero and red above it, which
color-blind people can tell apart too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassnet.models.image_grid import image_grid
from glassnet.nn import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIGIT_COLORS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""A color for each digit: the ten of Petroff 2021 (arXiv:2107.02270), which people with any of
the common color-vision deficiencies can tell apart."""

_QUANTILES = (0.05, 0.95)  # of the normal distribution: the manifold lies between them


def images_figure(rows: Mapping[str, Array], title: str) -> Figure:
    """Return a figure with rows of images, a name before each.

    Parameters
    ----------
    rows : mapping of str to Array
        By name, images (N, H, W) from 0 to 1, the same number in each row.
    title : str
        Title of the figure.
    """
    count = len(next(iter(rows.values())))
    head = 0.4 + 0.2 * title.count("\n")
    figure = _figure(width=max(4.5, 1.3 + 0.62 * count), height=head + 0.05 + 0.62 * len(rows))
    grid = figure.add_gridspec(
        len(rows), 1, left=1.25 / figure.get_figwidth(), right=0.995, bottom=0.02,
        top=1 - head / figure.get_figheight(), hspace=0.06,
    )  # fmt: skip
    for place, (name, images) in enumerate(rows.items()):
        axes = figure.add_subplot(grid[place, 0])
        axes.imshow(image_grid(images, len(images)), cmap="gray_r", vmin=0, vmax=1)
        axes.set_axis_off()
        axes.text(-4, images.shape[1] / 2, name, ha="right", va="center", fontsize=9)
    _title(figure, title)
    return figure


def weights_figure(weights: Array, title: str) -> Figure:
    """Return a figure of weights (N, H, W) as images with one color scale for all."""
    count = len(weights)
    columns = int(np.ceil(np.sqrt(count * 1.3)))
    rows = -(-count // columns)
    whole = image_grid(weights, columns, gap=max(1, weights.shape[1] // 14), fill=np.nan)
    size = min(0.6, 7.5 / columns)
    figure = _figure(width=columns * size + 1.5, height=rows * size + 0.7)
    axes = figure.add_axes((
        0.15 / figure.get_figwidth(), 0.15 / figure.get_figheight(),
        columns * size / figure.get_figwidth(), rows * size / figure.get_figheight(),
    ))  # fmt: skip
    # A few weights are far larger than all others, which would look white beside them.
    limit = float(np.quantile(np.abs(weights), 0.995)) or 1.0
    drawn = axes.imshow(whole, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.set_axis_off()
    bar = figure.add_axes((
        (columns * size + 0.35) / figure.get_figwidth(), 0.15 / figure.get_figheight(),
        0.15 / figure.get_figwidth(), rows * size / figure.get_figheight(),
    ))  # fmt: skip
    figure.colorbar(drawn, cax=bar, extend="both").ax.tick_params(labelsize=8)
    _title(figure, title)
    return figure


def bars_figure(images: Array, labels: Array, codes: Array, title: str) -> Figure:
    """Return a figure of images, each with its code as bars beside it.

    Shapes
    ------
    - images: (N, H, W)
    - labels: (N,)
    - codes: (N, size)
    """
    count, size = codes.shape
    figure = _figure(width=2.2 + max(3.0, 0.11 * size), height=0.95 + 0.55 * count)
    grid = figure.add_gridspec(
        count, 2, width_ratios=[0.55, figure.get_figwidth() - 1.6], wspace=0.1, hspace=0.15,
        left=0.02, right=0.98, bottom=0.5 / figure.get_figheight(),
        top=1 - 0.45 / figure.get_figheight(),
    )  # fmt: skip
    low, high = min(0.0, float(codes.min())), max(0.0, float(codes.max()))
    margin = 0.05 * (high - low) or 1.0
    for row, (image, label, code) in enumerate(zip(images, labels, codes, strict=True)):
        picture = figure.add_subplot(grid[row, 0])
        picture.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        picture.set_axis_off()
        axes = figure.add_subplot(grid[row, 1])
        axes.bar(range(size), code, color=DIGIT_COLORS[label], width=0.8)
        axes.axhline(0, color="0.5", lw=0.5)
        axes.set(xlim=(-0.6, size - 0.4), ylim=(low - (margin if low else 0), high + margin))
        axes.tick_params(labelsize=7, labelbottom=row == count - 1)
        axes.locator_params(axis="y", nbins=3)
        axes.locator_params(axis="x", integer=True)
        axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("element of the code", fontsize=9)
    _title(figure, title)
    return figure


def maps_figure(images: Array, codes: Array, title: str) -> Figure:
    """Return a figure of images, each above the feature maps of its code.

    Shapes
    ------
    - images: (N, H, W)
    - codes: (N, h, w, C)
    """
    count, channels = len(codes), codes.shape[3]
    across = 1 if channels <= 10 else 4
    maps = np.stack([image_grid(c.transpose(2, 0, 1), across, gap=1, fill=np.nan) for c in codes])
    ratio = maps.shape[1] / maps.shape[2]
    column = 0.62 if across == 1 else 0.95
    figure = _figure(width=count * (column + 0.08) + 0.7, height=column * (1 + ratio) + 0.75)
    grid = figure.add_gridspec(
        2, count, height_ratios=[1, ratio], hspace=0.04, wspace=0.08,
        left=0.1 / figure.get_figwidth(), right=1 - 0.6 / figure.get_figwidth(),
        bottom=0.1 / figure.get_figheight(), top=1 - 0.45 / figure.get_figheight(),
    )  # fmt: skip
    for number in range(count):
        picture = figure.add_subplot(grid[0, number])
        picture.imshow(images[number], cmap="gray_r", vmin=0, vmax=1)
        picture.set_axis_off()
        axes = figure.add_subplot(grid[1, number])
        drawn = axes.imshow(maps[number], cmap="viridis", vmin=0, vmax=float(codes.max()) or 1.0)
        axes.set_axis_off()
    place = axes.get_position()
    bar = figure.add_axes((
        place.x1 + 0.08 / figure.get_figwidth(), place.y0, 0.12 / figure.get_figwidth(),
        place.height,
    ))  # fmt: skip
    figure.colorbar(drawn, cax=bar).ax.tick_params(labelsize=7)
    _title(figure, title)
    return figure


def losses_figure(stages: Mapping[str, Sequence[Mapping[str, float]]], title: str) -> Figure:
    """Return a figure of the losses after each epoch, with one plot for each stage of training.

    Parameters
    ----------
    stages : mapping of str to sequence of mapping
        Entries of a checkpoint's history by the name of the stage, which may be empty.
    title : str
        Title of the figure.
    """
    figure = _figure(width=1.2 + 3.8 * len(stages) ** 0.8, height=3.4)
    plots = figure.subplots(1, len(stages), squeeze=False)[0]
    marker = "." if min(map(len, stages.values())) < 15 else None
    for axes, (name, entries) in zip(plots, stages.items(), strict=True):
        epochs = [entry["epoch"] for entry in entries]
        for key, label, color, style in (
            ("training_loss", "training", DIGIT_COLORS[0], "-"),
            ("validation_loss", "test", DIGIT_COLORS[6], "--"),
        ):
            if all(key in entry for entry in entries):
                axes.plot(
                    epochs, [e[key] for e in entries], style, color=color, label=label,
                    marker=marker,
                )  # fmt: skip
        axes.set_xlabel("epoch", fontsize=9)
        axes.set_title(name, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.locator_params(axis="x", integer=True)
        axes.grid(color="0.92")
        axes.spines[["top", "right"]].set_visible(False)
    plots[0].set_ylabel("loss", fontsize=9)
    plots[0].legend(fontsize=9, frameon=False)
    figure.suptitle(title, fontsize=10)
    figure.set_layout_engine("constrained")
    return figure


def scatter_figure(points: Array, labels: Array, title: str, axis_names: tuple[str, str]) -> Figure:
    """Return a figure of points colored by digit, with each digit written at their median.

    Shapes
    ------
    - points: (N, 2)
    - labels: (N,)
    """
    figure = _figure(width=7.4, height=6.4)
    axes = figure.add_axes((0.09, 0.08, 0.79, 0.85))
    present = np.unique(labels)
    for digit in present:
        own = points[labels == digit]
        axes.scatter(
            own[:, 0], own[:, 1], s=9, color=DIGIT_COLORS[digit], linewidths=0, alpha=0.8,
            label=str(digit),
        )  # fmt: skip
    middles = np.array([np.median(points[labels == digit], axis=0) for digit in present])
    apart = _apart(middles, 0.045 * np.ptp(points, axis=0))
    for digit, (x, y) in zip(present, apart, strict=True):
        box = {"boxstyle": "round,pad=0.15", "fc": "white", "alpha": 0.85, "lw": 1.5}
        axes.text(
            x, y, str(digit), fontsize=13, fontweight="bold", ha="center", va="center",
            bbox=box | {"ec": DIGIT_COLORS[digit]},
        )  # fmt: skip
    axes.set_xlabel(axis_names[0], fontsize=9)
    axes.set_ylabel(axis_names[1], fontsize=9)
    axes.tick_params(labelsize=8)
    axes.legend(
        loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=10, markerscale=2.5, frameon=False
    )
    _title(figure, title)
    return figure


def _apart(places: Array, distance: Array) -> Array:
    """Return places (N, 2) moved about this distance (2,) apart, so that letters stay legible."""
    scaled = places / np.maximum(distance, 1e-12)
    for _ in range(50):
        between = scaled[:, np.newaxis] - scaled
        length = np.hypot(*between.transpose(2, 0, 1))
        # Each of two places that are too close moves by half of the missing distance.
        push = np.clip(1 - length, 0, None) / 2
        np.fill_diagonal(push, 0)
        scaled = scaled + (
            between / np.maximum(length, 1e-6)[..., np.newaxis] * push[..., np.newaxis]
        ).sum(axis=1)
    return scaled * distance


def manifold_figure(images: Array, values: Array, title: str) -> Figure:
    """Return a figure of images decoded from a grid of codes, with the codes at its edges.

    Parameters
    ----------
    images : Array
        The images row by row; the second element of the code is largest in the top row.
    values : Array
        Either element of the code along its axis, increasing.
    title : str
        Title of the figure.

    Shapes
    ------
    - images: (side², H, W)
    - values: (side,)
    """
    side = len(values)
    figure = _figure(width=7.4, height=7.6)
    axes = figure.add_axes((0.09, 0.07, 0.89, 0.87))
    axes.imshow(
        image_grid(images, side, gap=0), cmap="gray_r", vmin=0, vmax=1, extent=(0, side, 0, side)
    )
    shown = np.arange(0, side, 2)
    names = [f"{values[place]:.2f}" for place in shown]
    axes.set_xticks(shown + 0.5, names, fontsize=8)
    axes.set_yticks(shown + 0.5, names, fontsize=8)
    axes.set_xlabel("first element of the code", fontsize=9)
    axes.set_ylabel("second element of the code", fontsize=9)
    _title(figure, title)
    return figure


def normal_quantiles(count: int) -> Array:
    """Return equally spaced quantiles (count,) of the standard normal distribution."""
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf(float(q)) for q in np.linspace(*_QUANTILES, count)])


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def _title(figure: Figure, title: str) -> None:
    figure.suptitle(title, fontsize=10, y=1 - 0.1 / figure.get_figheight(), va="top")

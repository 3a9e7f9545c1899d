"""All kinds of networks that a checkpoint may hold."""

from __future__ import annotations

from glassnet.models.characters import CHARACTER_NETWORKS
from glassnet.models.image_autoencoders import IMAGE_AUTOENCODERS
from glassnet.models.network import Network
from glassnet.models.text_autoencoder import TextAutoencoder

_CLASSES: tuple[type[Network], ...] = (
    *CHARACTER_NETWORKS,
    TextAutoencoder,
    *IMAGE_AUTOENCODERS,
)
NETWORKS: dict[str, type[Network]] = {network.kind: network for network in _CLASSES}
"""The class of each kind of network, by its name in checkpoints."""

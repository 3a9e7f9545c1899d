"""The kinds of networks that come with glassnet; checkpoints may hold any other as well."""

from __future__ import annotations

from glassnet.models.characters import CHARACTER_NETWORKS
from glassnet.models.image_autoencoders import IMAGE_AUTOENCODERS
from glassnet.models.network import Network
from glassnet.models.structure.registry import register
from glassnet.models.text_autoencoder import TextAutoencoder
from glassnet.nn import Layer

_CLASSES: tuple[type[Layer], ...] = (
    *CHARACTER_NETWORKS,
    TextAutoencoder,
    *IMAGE_AUTOENCODERS,
)
NETWORKS: dict[str, type[Network]] = {
    network.kind: register(network)  # by the same name, so that files may hold it
    for network in _CLASSES
}
"""The class of each kind of network that comes with glassnet, by its name in checkpoints."""

"""Networks that read a text character by character and predict the next one."""

from glassnet.models.characters.lstm import CharacterLSTM
from glassnet.models.characters.lstm_cell import CELLS, CharacterLSTMCell
from glassnet.models.characters.network import CharacterCell, CharacterNetwork
from glassnet.models.characters.own import OwnCharacterNetwork
from glassnet.models.characters.transformer import CharacterTransformer
from glassnet.models.characters.transformer_cell import CharacterTransformerCell

CHARACTER_NETWORKS: tuple[type[CharacterNetwork], ...] = (CharacterLSTM, CharacterTransformer)
"""All classes of character networks that recipes train."""

__all__ = [
    "CELLS",
    "CHARACTER_NETWORKS",
    "CharacterCell",
    "CharacterLSTM",
    "CharacterLSTMCell",
    "CharacterNetwork",
    "CharacterTransformer",
    "CharacterTransformerCell",
    "OwnCharacterNetwork",
]

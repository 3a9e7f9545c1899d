import pytest

from glassnet.train.data.plays import plain_text

SCENE = r"""# Twelfth Night

## ACT I

### SCENE I. A street near the
palace.

by the sea.

_Enter ORSINO, with his train; from the other
side, a _Boy_

**ORSINO**
If music be the food of love, play on;
Give me excess of it, that, surfeiting,

_Music_

The appetite may sicken,\--and so die.
_\[Aside]_
That strain again! sing, & c.

**First Lord & Second Lord:**
[Within]_
__\[To VALENTINE, who is
led off]_
And _\[Censorinus,]_
nobly named so; and ever _\[ ]_

**CURIO**
*[He draws his sword.]*

*Exit Audley, and
returns.*

**EDWARD**
I am invited — nay, "Ave!" he spake—
*Exeunt.*
### SCENE II. The same.
"""


def test_a_scene() -> None:
    assert plain_text(SCENE.replace("\n", "  \n")) == (
        "ORSINO:\n"
        "If music be the food of love, play on;\n"
        "Give me excess of it, that, surfeiting,\n"
        "The appetite may sicken,--and so die.\n"
        "That strain again! sing, &c.\n"
        "\n"
        "First Lord & Second Lord:\n"
        "And Censorinus,\n"
        "nobly named so; and ever\n"
        "\n"
        "EDWARD:\n"
        "I am invited--nay, 'Ave!' he spake--\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (
            "What! shall we curse?  \nBISHOP\n\n**OF WINCHESTER**  \nHe was a king.",
            "BISHOP OF WINCHESTER:\nHe was a king.\n\n",
        ),
        (
            "**TITUS**  \nWell.\n\nVarro's\n\n**First Servant**  \nWell met.",
            "TITUS:\nWell.\n\nVarro's First Servant:\nWell met.\n\n",
        ),
        (
            "**CAPHIS**  \nGood even.  \nVarro's Servant Is't not yours?",
            "CAPHIS:\nGood even.\n\nVarro's Servant:\nIs't not yours?\n\n",
        ),
        ("CASSIO: Good night.", "CASSIO:\nGood night.\n\n"),
        ("EPILOGUE  \nSPOKEN BY PROSPERO  \nNow my charms", "PROSPERO:\nNow my charms\n\n"),
        ("**A**  \nB\n\nEPILOGUE  \n'Tis ten to one", "A:\nB\n\nEpilogue:\n'Tis ten to one\n\n"),
        ("EPILOGUE\n\n_Spoken by a Dancer_\n\nFirst my fear", "Epilogue:\nFirst my fear\n\n"),
        ("EPILOGUE\n\n_Enter Chorus_\n\n**Chorus**  \nThus far", "Chorus:\nThus far\n\n"),
        ("### Prologue\n\nI come no more", "Prologue:\nI come no more\n\n"),
        ("_Enter TIMON, from the cave_\n\nO blessed sun", "TIMON:\nO blessed sun\n\n"),
        ("_Boy sings_\n\nTake, O, take", "Boy:\nTake, O, take\n\n"),
        ("**A**  \nSing it.\nSONG.\n\n\n**B**  \nBlow!", "A:\nSing it.\n\nB:\nBlow!\n\n"),
        ("**A**  \nSo.\n\n1\\. Trumpets.  \n2\\. Judges\nbefore.\n\nB", "A:\nSo.\nB\n\n"),
    ],
)
def test_what_is_not_marked_as_it_should_be(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text


@pytest.mark.parametrize("markdown", ["", "\n\n", "# Hamlet", "_Exeunt", "no name over it", "****"])
def test_no_speech_no_text(markdown: str) -> None:
    assert plain_text(markdown) == ""

"""The letter to a family: plain words and no number, for a reader on one of the hardest days of their life.

What a letter says depends on its state alone. It is told nothing about a result, so it can disclose nothing: no marker,
no likelihood ratio, no reference that does not fit (PURPOSE.md, rule 6). The texts keep to a few rules. The news comes
in the first lines. No comfort is promised that cannot be kept. Nothing is said of what is not known. A reason for one
more sample is never given, and the letter never says that nothing is wrong, or that nothing would help.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from antigone.errors import InputError
from antigone.report.paper.document import Block, Document, Heading, Paragraph, render_pdf
from antigone.report.words.language import Language, mark

State = Literal[
    "identified from remains",
    "identified living",
    "found alive",
    "checked again",
    "not upheld",
    "still looking",
    "one more sample",
    "consent",
    "one more sample and consent",
]


@dataclass(frozen=True)
class Sender:
    """Who writes: the lines of the letterhead, whom to ask and how, and who signs."""

    name: str
    contact: str
    signed_by: str
    place: str = ""


@dataclass(frozen=True)
class Wording:
    """The title of a letter and its parts: each a heading (or none) and its paragraphs, as message ids."""

    title: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


NEXT = mark("What happens next")
MEANS = mark("What this means")
FINDINGS = mark(
    "We compared the DNA of this person with the DNA that members of your family gave for this search. Two specialists "
    "looked at the result, each on their own, and both confirmed it. No comparison is free of every doubt. That is why "
    "we say “probable”, and why we never rely on one person alone."
)
CONSENT = mark(
    "Your samples are used for what you agreed to and for nothing else. You may withdraw your consent at any time, "
    "without giving a reason. What we keep about you is then erased."
)
SPEAK = mark(
    "We will speak with you, at a time and in a place that suit you. We will answer what you ask, as often as you need."
)
ASKED = mark(
    "We often ask families for a further sample. The more we can compare, the surer an answer can be. Our asking does "
    "not mean that we have found your relative, and it does not mean that we will not."
)
WAITS = mark(
    "A sample without consent waits, and is not used. Our asking does not mean that we have found your relative, and "
    "it does not mean that we will not."
)
MAY_SAY_NO = mark(
    "We will speak with you about who could give the sample, and how. Everyone may say no, and nobody has to say why."
)
ASK = mark("Whom you can ask")

WORDINGS: Mapping[State, Wording] = {
    "identified from remains": Wording(
        mark("News about your missing relative"),
        (
            (
                "",
                (
                    mark(
                        "This letter brings hard news. You may wish to read it with someone you trust beside you. If "
                        "you would rather hear it from one of us, please speak with us first. At the end you find how "
                        "to reach us."
                    ),
                    mark(
                        "We found a probable identification, confirmed by two specialists. We believe that your "
                        "relative has died, and that the remains of a person who was found are theirs. We are very "
                        "sorry."
                    ),
                ),
            ),
            (MEANS, (FINDINGS,)),
            (
                NEXT,
                (
                    mark(
                        "We will speak with you, at a time and in a place that suit you. We will explain what was "
                        "found and answer what you ask, as often as you need. We will talk about how your relative is "
                        "brought to you, and about the farewell that you wish for. The formal decision rests with the "
                        "authority in charge. You do not have to decide anything today."
                    ),
                ),
            ),
        ),
    ),
    "identified living": Wording(
        mark("News about your missing relative"),
        (
            (
                "",
                (
                    mark(
                        "We have news that you may have been waiting for. You may wish to read it with someone you "
                        "trust beside you."
                    ),
                    mark(
                        "We found a probable identification, confirmed by two specialists. We believe that a living "
                        "person who is looking for their family is your relative."
                    ),
                ),
            ),
            (MEANS, (FINDINGS,)),
            (
                NEXT,
                (
                    mark(
                        "We will speak with you, and apart from you with this person. Each of you decides freely "
                        "whether to meet, when and how. This may take time, and it may stir many feelings. Until both "
                        "of you have agreed, we give no name and no address to either side."
                    ),
                ),
            ),
        ),
    ),
    "found alive": Wording(
        mark("News about your missing relative"),
        (
            (
                "",
                (
                    mark(
                        "We have news that you may have been waiting for. You may wish to read it with someone you "
                        "trust beside you."
                    ),
                    mark(
                        "Your relative was found alive. Two people of our team looked at this, each on their own, and "
                        "both confirmed it."
                    ),
                ),
            ),
            (MEANS, (mark("We do not look for your relative any more among those who were found and have no name."),)),
            (
                NEXT,
                (
                    SPEAK,
                    mark(
                        "Your relative decides freely what we pass on, and so do you. Until both of you have agreed, "
                        "we give no address to either side."
                    ),
                ),
            ),
        ),
    ),
    "checked again": Wording(
        mark("We are checking again what we told you"),
        (
            (
                "",
                (
                    mark(
                        "We gave you news about your missing relative. We are now checking it again. We know how hard "
                        "it is to read this, and we are sorry."
                    ),
                ),
            ),
            (
                MEANS,
                (
                    mark(
                        "What we told you may be right, and it may not be. Until the check is done, please do not take "
                        "it as certain."
                    ),
                ),
            ),
            (
                NEXT,
                (
                    SPEAK,
                    mark(
                        "We will tell you what the check shows as soon as it is done. If you are preparing a farewell "
                        "or a meeting, please speak with us before."
                    ),
                ),
            ),
        ),
    ),
    "not upheld": Wording(
        mark("What we told you was not confirmed"),
        (
            (
                "",
                (
                    mark(
                        "This letter brings hard news. We gave you news about your missing relative. We checked it "
                        "again, and it does not stand. We are very sorry."
                    ),
                ),
            ),
            (MEANS, (mark("We have not found your relative yet. The search goes on."),)),
            (NEXT, (SPEAK, mark("If there is news, we will tell you."))),
        ),
    ),
    "still looking": Wording(
        mark("We are still looking"),
        (
            (
                "",
                (
                    mark(
                        "You asked us to look for your missing relative. We have not found your relative yet. We know "
                        "how hard it is to wait, and we wish that we could write something else."
                    ),
                ),
            ),
            (
                MEANS,
                (
                    mark(
                        "None of the comparisons made so far has led to an identification. This does not tell us where "
                        "your relative is, nor whether they are alive. It does not end the search."
                    ),
                ),
            ),
            (
                NEXT,
                (
                    mark(
                        "The samples for which we have your consent stay in the search. They are compared again when "
                        "another person has been found or has come to us. If there is news, we will tell you. If you "
                        "move, please let us know. A sample from one more member of your family can always help: if "
                        "somebody wishes to give one, please tell us."
                    ),
                ),
            ),
        ),
    ),
    "one more sample": Wording(
        mark("We ask for your help with one more sample"),
        (
            (
                "",
                (
                    mark(
                        "You asked us to look for your missing relative. We have not found your relative yet. To go on "
                        "with the search, we need one more sample from your family."
                    ),
                ),
            ),
            (MEANS, (ASKED,)),
            (NEXT, (MAY_SAY_NO,)),
        ),
    ),
    "consent": Wording(
        mark("We ask for your consent"),
        (
            (
                "",
                (
                    mark(
                        "You asked us to look for your missing relative. We have not found your relative yet. To use a "
                        "sample that a member of your family gave, we need the written consent of that person."
                    ),
                ),
            ),
            (MEANS, (WAITS,)),
            (
                NEXT,
                (
                    mark(
                        "We will speak with the person whose consent we ask for. Everyone may say no, and nobody has "
                        "to say why."
                    ),
                ),
            ),
        ),
    ),
    "one more sample and consent": Wording(
        mark("We ask for your help with one more sample"),
        (
            (
                "",
                (
                    mark(
                        "You asked us to look for your missing relative. We have not found your relative yet. To go on "
                        "with the search, we need one more sample from your family. To use a sample that a member of "
                        "your family gave before, we need the written consent of that person."
                    ),
                ),
            ),
            (MEANS, (ASKED, mark("A sample without consent waits, and is not used."))),
            (NEXT, (MAY_SAY_NO,)),
        ),
    ),
}
"""What each letter says. Only the state decides."""


LINE = "_" * 36
"""Where a name is written by hand."""


def family_letter(
    state: State,
    reference: str,
    *,
    confirmed_by: tuple[str, ...] = (),
    several_missing: bool = False,
    sender: Sender,
    language: Language,
    day: dt.date,
    paper: Literal["a4", "us-letter"] = "a4",
) -> bytes:
    """The letter to a family as PDF.

    Parameters
    ----------
    state
        What the family is told.
    reference
        The code of the family, so that an answer finds its way. The letter holds no other code.
    confirmed_by
        The users who proposed and confirmed the identification; no letter speaks of one without two of them. They are
        not printed.
    several_missing
        Whether the family misses more than one person. The letter then has a line on which a name is written by hand,
        so that nobody mourns the wrong relative; no name goes through the software.
    sender
        The institution and the person who signs; its contact may hold digits, nothing else in the letter does but the
        date.

    Raises
    ------
    InputError
        When the state is unknown, nobody is named whom the family can ask, or an identification is not that of two
        persons.
    """
    _check(state, confirmed_by, sender)
    document = compose_letter(
        state, reference, several_missing=several_missing, sender=sender, language=language, day=day, paper=paper
    )
    return render_pdf(document)


def compose_letter(
    state: State,
    reference: str,
    *,
    several_missing: bool = False,
    sender: Sender,
    language: Language,
    day: dt.date,
    paper: Literal["a4", "us-letter"] = "a4",
) -> Document:
    """The letter before it is set."""
    say, wording = language.say, WORDINGS[state]
    about = (Paragraph(say("This letter is about: {line}", line=LINE)),) if several_missing else ()
    when = say("{place}, {date}", place=sender.place, date=language.date(day)) if sender.place else language.date(day)
    return Document(
        title=say(wording.title),
        language=language,
        day=day,
        blocks=(Paragraph(say("Dear family,")), *about, *_parts(wording, language), *_closing(sender, language)),
        form="letter",
        running=(sender.name, say("Our reference: {reference}", reference=reference), when),
        paper=paper,
    )


def _check(state: str, confirmed_by: tuple[str, ...], sender: Sender) -> None:
    if state not in WORDINGS:
        raise InputError(f"letter: found the state '{state}', expected one of {', '.join(WORDINGS)}; choose one")
    if state.startswith(("identified", "found")) and len(set(confirmed_by)) < 2:
        raise InputError(
            f"letter: found {len(set(confirmed_by))} person behind it, expected two different ones; a "
            "second person confirms it before a family is told"
        )
    if not sender.contact.strip():
        raise InputError(
            "letter: found no contact, expected whom the family can ask and how; a family is never left alone with a "
            "letter: name a person and a telephone number or an address"
        )


def _parts(wording: Wording, language: Language) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for heading, texts in wording.parts:
        if heading:
            blocks.append(Heading(language.say(heading)))
        blocks.extend(Paragraph(language.say(text)) for text in texts)
    return tuple(blocks)


def _closing(sender: Sender, language: Language) -> tuple[Block, ...]:
    say = language.say
    return (
        Heading(say(ASK)),
        Paragraph(say("Please ask us anything, as often as you need: {contact}.", contact=sender.contact.rstrip("."))),
        Paragraph(say(CONSENT)),
        Paragraph(say("With respect,")),
        Paragraph(sender.signed_by, "signed"),
    )

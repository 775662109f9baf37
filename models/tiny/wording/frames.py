"""Sentence frames that all topics share: a topic gives phrases, a frame makes a question of one.

A phrase is of a kind: `n` a noun phrase, `w` an embedded question ("how it works"), `c` a claim whose verb stands between
tildes ("it ~does~ use wasm"), `v` what somebody wants to do ("put the chat on my site"), `q` a whole question. `#` in a
frame is the place of the phrase. Frames of the held-out set (intents.py) are not here.
"""
from wording.grammar import expand
from wording.plain_words import SITUATIONS

# What something is. `@` frames ask for use or reason and are left out where a topic has its own answer to that.
NOUN = """#|#|#|#|what is #|what is #|what is #|what is #|what's #|whats #|what {are|is|were} #|wat is #|what #|{what is|what's} # {and|but} {how does it work|why does it matter|what does it do|who needs it|what is it for}|
{what is|what's} the {deal|story|thing} with #|{what is|what's} the {idea|concept|thought|theory} {of|behind} #|{what is|what's} {actually|really|basically|exactly} #|what exactly {is|are} #|what actually is #|so what {is|are} #|so what is # {then|now|again|anyway}|
explain #|explain #|explain # {to me|please|for me|again|quickly|now}|explain # {to me like i'm five|like i'm 5|like i am a child|as if i were five|to my grandmother|to a kid}|eli5 #|eli5: #|{explain|describe} # {in simple terms|in easy words|for dummies|for beginners|briefly|in one sentence|in plain english|in short|in two words|in your own words}|
# in {simple terms|one sentence|plain english|short|a nutshell|easy words|a few words}|# for {beginners|dummies|newcomers|kids}|# 101|{intro|introduction} to #|basics of #|the basics of #|{give me|i want|i need|show me|got} {the basics|a summary|an overview|an introduction|the short version|a quick explanation|an idea|a definition|the definition|a rundown|a description|some facts|a hint} of #|
{definition|description|explanation|summary|meaning} of #|# {definition|meaning|explanation|description|explained|info|facts|overview}|define # {please|for me}|{please define|please describe|please explain|describe|define} #|tell me what # {is|means|does|are|is about}|tell me what # {is|means|does|are}|can you tell me what # {is|means|does|are}|{could|can|would|will} you {please |}{explain|describe|define|outline|clarify} # {|please|for me|to me}|
do you know what # {is|means|does|are}|any idea what # {is|means|does|are}|who knows what # {is|means}|{i have|i've} no {idea|clue} what # {is|means|are}|never heard of #|i have never heard of #|{i have|i've} {heard|read} {of|about} #{|, what is that|, what is it|, tell me more| but i don't get it| but never understood it}|i {do not|don't|dont|can't|cannot} {understand|get|follow|grasp} #|{i'm|i am|im} {confused|unsure|curious|wondering|not clear} about #|{not sure|unclear|no idea} what # {is|means|are}|
# is what|# is what exactly|#, what is {that|it|this}|# - what is that|#: what is it|# ...what is it|{what on earth|what the heck|what the hell|what} is #|{do you know|know|do u know|you know} {anything about|something about|about|of|} #|ever heard of #|{anything|something} about #|{info|information|facts|details|knowledge} {on|about} #|{some|a few} words {about|on} #|{let's|let us} {talk|chat|speak} about #|{talk|speak} {to me |with me |}about #|i {want|would like|wanna|'d like} to {talk about|understand|learn about|know about|hear about|read about|know more about|learn|ask about} #|
i {have|got} a question {about|on} #|{question|questions} about #|my question is about #|{i need to know|i must know|i should know} {about|what is} #|i need {help|info|information|an explanation} {with|on|about} #|{tell|say} {me |us |}{something |}about #|tell me about #|tell me about #|tell me {all|everything|a bit|a little|a few things|the truth|more|more things} about #|tell me about # please|so tell me about #|{and|but|now|ok and|okay and|ok so|then} what {is|are|about} #|what about #|{how about|and|and what of|ok now|now|next:|next,|then} #|
{wait,|sorry,|hm,|hmm,|um,|well,|ok,} {what is |}#|what's this #|what is {that|this} # {thing|stuff|business}|what is the thing {called|named|they call} #|{what is|what's} the {meaning|sense|definition} of {the word |the term |the expression |}#|what does {the word|the term|the expression} # mean|what does # {stand for|mean|refer to|describe|do}|what do # {mean|do}|{someone|somebody|a friend|my teacher|my colleague|my son} {mentioned|talked about|asked about|told me about|uses} #{|, what is that|, what is it}|{i saw|i read|i found|there is} the {word|term} #{|, what is that|, what does it mean}|what {would you say|do you call|do you think} {is |}#|
how would you {describe|define|put} #|if you had to explain #, what would you say|{simple|short|quick|easy|good|brief} {explanation|definition|description|summary} of #|teach me # {please|now|}|help me {with|learn about|learn} #|{i'm|i am} {learning about|studying|new to|reading about|interested in|looking into|stuck on} #|what {should|must|do i need to|can|could} i know about #|what {is there|do i need|would one need} to know about #|is there {something|a thing} {called|named} #|what {kind|sort|type} of {thing|stuff|concept} is #|#, please|# pls|yo what is #|hey, #|{say|write} {something|a few words|a sentence|a line|two sentences} {about|on} #|{can|could} you {say something|say a word|talk|tell me|inform me|enlighten me} about #|
what do you mean {by|with} #|when you say #, what do you mean|you {said|mentioned|wrote} #, what {is that|does that mean}|what did you mean by #|{your|the} {take|view|thoughts} on #|{what can you say|what do you know|what can you tell me|what have you learned} about #|{what's|what is} so {special|great|good|interesting} about #|is # {a thing|something i should know|hard to understand|complicated|difficult|new|a program|a kind of software|a technique|a word i should know}|{i'd love|i would love|i'd like} to know what # {is|means}|{curious|wondering}: what is #|what is # {in general|in the end|then|again|please|though|anyway|even|like|about}|i {keep forgetting|always forget|forgot} what # {is|means}|{give|show} me #|enlighten me about #|{what|who} uses #|my {sister-in-law|son|nephew|teacher|flatmate|best friend} {is into|uses|is studying|works with|raves about|is learning about|asked about} #|{can we|could we|shall we|may we|i'd like to|why don't we|we should} {talk|chat|speak} about #|{change of topic|new topic|next topic|topic}: #|{ok, now|so, now|back|over} to #|
what {should|must|can} {a beginner|everybody|a newcomer|one} know about #|{can you|please|could you} {enlighten|teach|educate|brief|inform} me {about|on} #|# {basics|tutorial|for me|in plain words}|{any idea|any thoughts|anything worth knowing} {on|about} #|i am {writing|reading|wondering} about #|what makes # {special|interesting|important|so good}|{your|an} {opinion|view} {on|of} #|is # {overrated|any good|worth knowing|a big deal}|what's the {big deal|fuss} {with|about} #|who can explain # to me|where can i learn about #|@{how does|how do} # work|@{how does|how do} # work {in practice|exactly|then|actually|inside}|@how # {works|work}|@tell me how # {works|is done|functions}|@explain how # {works|work|does its job}|@how is # {used|done|made|meant}|@what {is|are} # {used for|good for|there for|for}|@what do {i|you|people|we|they} use # for|@{what is|what's} the {point|purpose|use|role|job|task|benefit} of #|@when {do i|do you|is|would one} {use|need|used|want} #|@what does # do for {me|the model|a page|us}|@what happens {in|with|during} #|@is # {useful|important|necessary|any good|a good thing|worth it}|
!why {is|are} # {used|needed|there|useful|important|interesting|a thing|necessary}|!why {do|should|would} {we|you|i|people|they} {need|use|want|have|care about} #|!why #|!why do models {have|need|use} #|!what {problem does|good does|good is} # {solve|do|}""".replace("\n", "").strip()

EMBEDDED = """#|#|{tell me|explain|say|explain to me|please tell me|tell us|please explain|describe|show me} #|{can|could|would|will} you {tell me|explain|say|explain to me|describe|please tell me} #|{do you|do u|d'you} {know|remember|happen to know} #|{i want|i'd like|i would like|i need|i wanna|i wish} to {know|understand|learn|find out|hear} #|{i wonder|i was wondering|i'm wondering|wondering|just wondering|curious|i am curious|i ask myself} #|{any idea|any clue|no idea|i have no idea|i've no clue} #|{i do not|i don't|i dont|i can't} {know|understand|see|get|imagine} #|{teach|show} me #|#, {please|do you know|any idea|tell me|can you say}|{my question is|question:|the question is|what i want to know is} #|{not sure|unsure|unclear} #|{someone|a friend|my boss} {asked me|wants to know} #|{you know|know} #|{nobody told me|it is not clear to me|it's unclear to me|you did not say|you haven't said} #|{let me know|remind me|help me see|enlighten me} #|{and|but|so|ok} #"""

CLAIM = """I|I|I|I|I|I|I|I|I {or not|or what|at all|then|really|in any way|by default|for sure|too|now|actually|please|yes or no}|{so|and|but|also|hey|hm|well|wait} I|D|D, {right|correct|yes|no|is that true|is that right|true or false|isn't that so}|so D|so D{, right|, then}|is it {true|right|correct|a fact|the case|so|certain} that D|is it true D|{i heard|i read|they say|people say|someone said|somebody told me|my friend says|i was told|it says} {that |}D{|, is that true|, is it true|, is that so|, right}|{tell me|tell me please|say} {if|whether} D|{do you know|can you tell me|can you say|could you say|could you tell me|can you confirm} {if|whether|that} D|{i'd like to know|i want to know|i wonder|i was wondering|wondering|not sure|i'm not sure|i am unsure|i need to know} {if|whether} D|{can i assume|can i be sure|am i right that|do i understand correctly that|does that mean|does this mean|are you saying|you mean|how do i know|how can i be sure|who says|is it guaranteed} {that |}D|{i guess|i suppose|i think|i hope|i believe|i bet|i assume|maybe|surely|please confirm that} D|{i'm afraid|i fear|i worry} {that |}D|D?|N|N, {right|or does it|is that so}|{i heard|so|i guess|is it true that} N|T|T|D or not|Q|Q|Q|{but|so|and|hey} Q|N|N, {right|correct|is that right|yes}|so N{, right|, then|}|you say N|{i can be sure|can i be sure|you promise|promise me|so it is true} that N"""

WANT = """how {do|can|could|would|should} i #|how {do|can|could|would|should} i #|how to #|how to #|{how do you|how does one|how can one|how do people|how do we|how would someone} #|#|# please|# {now|for me}|i {want|need|would like|wanna|'d like|wish|am trying|would love|have|plan} to #|{i'm|im|i am} trying to #|{can|could|may} i #|{can|could|may} i #|can i {also|just|simply|even|maybe|somehow} #|{is it|would it be} {possible|easy|hard|difficult|ok|allowed|okay} to #|is there {a|any|an easy|a simple|some} way to #|{what is|what's} the {best|easiest|right|fastest|simplest|correct} way to #|{what do|what must|what should} i {do|need|click|have to do|write|know} to #|{help|show} me {to |how to |}#|{can|could|would|will} you {help me|show me how to|tell me how to|explain how to|let me} #|{tell|teach} me how {to|i can|i could|do i} #|{steps|instructions|guide|a guide|directions} to #|{do you know|any idea|i wonder|i do not know|i don't know|not sure|no idea} how {to|i can} #|{i'd like|i want|i want} to #, {how|what do i do|can you help|is that possible|how do i do that|any tips}|{am i|are we} {able|allowed} to #|{let me|allow me to|let's} #|{where|when} can i #|does pronk let me #|{what if|suppose} i want to #|please {help me|explain how to|show me how to|tell me how to} #"""


def split(text):
    """Frames of a list: bars outside braces separate them."""
    items, depth, at = [], 0, 0
    for i, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if char == "|" and depth == 0:
            items.append(text[at:i])
            at = i + 1
    return [item for item in items + [text[at:]] if item]


FRAMES = {"n": [f for f in split(NOUN) if f[0] not in "@!"], "@": [f[1:] for f in split(NOUN) if f[0] == "@"],
          "!": [f[1:] for f in split(NOUN) if f[0] == "!"], "w": split(EMBEDDED), "c": split(CLAIM), "v": split(WANT)}
BEFORE = split(SITUATIONS.replace("\n", ""))
NEGATED = {"does": "doesn't", "do": "don't", "is": "isn't", "are": "aren't", "can": "can't", "will": "won't", "has": "hasn't", "have": "haven't", "did": "didn't", "was": "wasn't", "am": "am not", "must": "mustn't", "should": "shouldn't", "may": "may not", "were": "weren't"}


def third(verb):
    if verb == "have":
        return "has"
    return verb[:-1] + "ies" if verb[-1] == "y" and verb[-2] not in "aeou" else verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")


def claim(frame, phrase):
    """`I` the question, `Q` the question put in the negative, `D` the statement, `N` its denial, `T` the statement with a tag."""
    subject, verb, rest = (part.strip() for part in phrase.split("~"))
    stated = f"{subject} {verb} {rest}"
    if verb in ("does", "do", "did"):
        first, _, others = rest.partition(" ")
        stated = f"{subject} {third(first) if verb == 'does' else first} {others}".strip()
    denied = f"{subject} {NEGATED[verb]} {rest}"
    pronoun = subject if subject in ("i", "you", "it", "this", "that", "we", "they") else "they" if verb in ("do", "are", "have", "were") else "it"
    verb_of_tag = NEGATED[verb] if verb != "am" else "aren't"
    asked = f"{verb_of_tag} {subject} {rest}" if NEGATED[verb].endswith("'t") else f"{verb} {subject} not {rest}"
    forms = {"I": f"{verb} {subject} {rest}", "Q": asked, "D": stated, "N": denied, "T": f"{stated}, {verb_of_tag} {pronoun}"}
    return "".join(forms[part] if part in forms else part for part in _marks(frame))


def _marks(frame):
    """The frame's marks (capitals that stand alone) and what is between them."""
    parts, plain = [], ""
    for i, char in enumerate(frame):
        alone = char in "IDNTQ" and not frame[i - 1: i].isalpha() and not frame[i + 1: i + 2].isalpha()
        if alone:
            parts += [plain, char]
            plain = ""
        else:
            plain += char
    return parts + [plain]


def framed(rng, kind, phrase):
    """-> (a question made of a phrase, whether it denies the claim). Kind `n` may be followed by `@` and `!` where frames of use
    and reason fit too."""
    if kind[0] == "q":
        return expand(rng, phrase), False
    pool = FRAMES[kind[0]]
    if kind != kind[0]:
        pool = FRAMES[kind[1]] if rng.random() < 0.12 else pool
        if kind[2:] and rng.random() < 0.06:
            pool = FRAMES["!"]
    frame = expand(rng, rng.choice(pool))
    phrase = expand(rng, phrase)
    if kind == "c":
        return claim(frame, phrase).strip(), "N" in _marks(frame)
    return frame.replace("#", phrase).strip(), False


KIND_WEIGHTS = {"n": 4, "w": 2, "c": 2.5, "v": 3, "q": 4}


def give_phrases(registry, *seeds):
    """Attach the phrases of the seeds (lines of "kind: phrase|phrase") to their intents."""
    by_id = {intent.id: intent for intent in registry}
    for id, text in (item for seed in seeds for item in seed.items()):
        for line in text.split("\n"):
            kind, _, phrases = line.strip().partition(": ")
            by_id[id].phrases[kind] = split(phrases)


def question_of(rng, intent):
    """-> (a training question: from the intent's own templates, or a phrase in a frame; whether it denies what it asks about)"""
    while True:
        question, denied = _question_of(rng, intent)
        if not (intent.leaves_out and intent.leaves_out(question)):
            return question, denied


def plain_share(intent):
    """The share of a topic's questions that are in everyday words (plain_words.py): smaller where there are only a few."""
    return min(0.2, 0.012 * len(intent.plain))


def _question_of(rng, intent):
    if intent.plain and rng.random() < plain_share(intent):
        question = expand(rng, rng.choice(intent.plain))
        before = expand(rng, rng.choice(BEFORE)) if question.count(" ") > 3 and rng.random() < 0.15 else ""
        return before + question, False
    if not intent.phrases or rng.random() < 0.4:
        return expand(rng, rng.choice(intent.train)), False
    kinds = list(intent.phrases)
    kind = rng.choices(kinds, [KIND_WEIGHTS[kind[0]] for kind in kinds])[0]
    return framed(rng, kind, rng.choice(intent.phrases[kind]))

"""A grammar of tiny stories: a hero, a wish, a trouble, a helper, a good end.

`story(rng)` gives plain text to continue; `story(rng, kind)` has the asked-for hero, for the chat.
"""
from grammar import expand

NAMES = "Lily Tom Mia Ben Anna Max Ella Sam Nora Leo Ruby Finn Ida Oscar Luna Hugo Rosa Paul Emma Jack".split()
KINDS = "llama fox dragon cat dog mouse rabbit bear bird owl frog hedgehog robot girl boy princess pony duck squirrel turtle".split()
PLACES = ["a green valley", "a small village", "a deep forest", "a house by the sea", "a town on a hill", "an old garden", "a cave in the mountains", "a quiet farm"]
TRAITS = ["curious", "brave", "kind", "shy", "cheerful", "clever", "gentle", "sleepy"]

# (wish, trouble, help, end); {h} hero, {f} friend
PLOTS = [
    ("wanted to see what was behind the big mountain", "the path was long and the clouds grew dark", "showed {h} a dry cave, and they waited there until the rain was over", "From the top they saw a blue lake in the sun, and {h} was very happy"),
    ("wanted to learn to sing", "only a squeak came out, and {h} felt sad", "said, \"Sing slowly, one note after another\"", "After a week {h} sang so well that all the birds were quiet and listened"),
    ("found a shiny red ball in the grass", "the ball rolled away and fell into the river", "took a long stick and pulled the ball back to the bank", "They played together until the stars came out"),
    ("planted a tiny seed", "it did not rain for many days and the earth was dry", "carried water from the well every morning", "In summer a tall yellow flower stood there, and they sat in its shadow"),
    ("lost a warm blue hat", "the wind was cold, and the hat was nowhere to be seen", "looked under every bush and found the hat in a tree", "That evening they drank hot milk and laughed about the funny wind"),
    ("wanted to give a party", "nobody knew the way, and it became late", "hung little lamps along the path", "Soon all the friends came, and they danced until midnight"),
    ("wanted to fly to the moon", "the paper wings broke at the first jump", "said, \"Let us look at the moon from the hill instead\"", "They lay in the soft grass, and the moon seemed near enough to touch"),
    ("baked a cake with berries", "there was no honey left for it", "brought a jar of honey from the kind bees", "The cake was sweet, and everyone got a piece"),
    ("heard a strange noise in the night", "it went knock, knock, and {h} was afraid", "took a lamp and went to look", "It was only a branch at the window, and they laughed and slept well"),
    ("built a small boat", "the boat had a hole, and water came in", "closed the hole with wax and leaves", "They sailed over the pond and waved to the ducks"),
]
MEET = ["Then {a} {t} {k} named {f} came by and {p}.", "Just then {a} {t} {k} called {f} came along and {p}.", "But {f}, {a} {t} {k}, heard about it and {p}."]
OPEN = ["Once upon a time there was {a} {t} {k} named {h} who lived in {l}.", "Once upon a time {a} {t} {k} named {h} lived in {l}.", "In {l} there lived {a} {t} {k} named {h}.", "There once was {a} {t} {k} called {h}, who lived in {l}."]
DAY = ["One day {h} {w}.", "One morning {h} {w}.", "One sunny day {h} {w}."]
CLOSE = ["\"Thank you, {f},\" said {h}. \"With a friend everything is easier.\"", "From that day on {h} and {f} were the best of friends.", "And {h} learned that it is good to ask for help.", "The end."]


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def story(rng, kind=None):
    h, f = rng.sample(NAMES, 2)
    k, other = kind or rng.choice(KINDS), rng.choice(KINDS)
    t, u = rng.sample(TRAITS, 2)
    w, trouble, p, end = (text.replace("{h}", h).replace("{f}", f) for text in rng.choice(PLOTS))
    opening = rng.choice(OPEN).format(a=article(t), t=t, k=k, h=h, l=rng.choice(PLACES))
    if opening.startswith("Once upon a time a") and " lived in" in opening and "there" not in opening:
        opening = opening.replace("Once upon a time an ", "Once upon a time, an ").replace("Once upon a time a ", "Once upon a time, a ")
    parts = [opening, rng.choice(DAY).format(h=h, w=w), f"But {trouble}.",
             rng.choice(MEET).format(a=article(u), t=u, k=other, f=f, p=p), end + ".", rng.choice(CLOSE).format(h=h, f=f)]
    return " ".join(parts)


ASK = ["{tell me|tell|tell us|write|write me|make up|can you tell me|can you write|i want to hear|please tell me|i would like|give me|do you know} {a|a short|a little|a nice|one more|another} {story|tale|fairy tale|bedtime story}",
       "{a story|story|story please|a story please|story time|a short story|stories|another story|a bedtime story}", "do you know {any |}stories", "can you {tell|write|make up} stories", "{write|tell} {something|a fairy tale}"]
ASK_KIND = ["{tell me|tell|tell us|write|write me|make up|can you tell me|can you write|i want to hear|please tell me|i would like|give me} {a|a short|a little|a nice|another} {story|tale|fairy tale|bedtime story} about {K}",
            "{a story|story|a tale} about {K}", "do you know a story {about|of|with} {K}", "a story with {K} please", "now one about {K}", "tell me about {K} in a story"]
HELD_ASK = ["would you read me a tale", "let me hear one of your stories", "it is story time, go ahead"]
HELD_KIND = ["i love stories about {K}, do you have one", "invent a tale in which {K} is the hero"]


def story_question(rng, held=False):
    """-> (question, answer, kind or None)"""
    if rng.random() < 0.6:
        kind = rng.choice(KINDS)
        name = rng.choice([f"{article(kind)} {kind}", f"{article(kind)} {kind}", f"{article(kind)} {rng.choice(TRAITS)} {kind}", kind + "s" if kind[-1] not in "syx" else "the " + kind])
        if name.split()[-1] == kind and name.split()[0] in ("a", "an"):
            name = article(name.split()[1]) + " " + " ".join(name.split()[1:])
        return expand(rng, rng.choice(HELD_KIND if held else ASK_KIND).replace("{K}", name)), story(rng, kind), kind
    return expand(rng, rng.choice(HELD_ASK if held else ASK)), story(rng), None

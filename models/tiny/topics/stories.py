"""A grammar of tiny stories: a hero, a wish, a trouble, a helper, a good end.

`story(rng)` gives plain text to continue; `story(rng, kind)` has the asked-for hero, for the chat; `cut` splits a story where
a visitor may have stopped typing. Openings, wishes and names are many, so that an unseen opening is still followed.
"""
from wording.grammar import expand
from topics.unknown import SLOTS

NAMES = "Lily Tom Mia Ben Anna Max Ella Sam Nora Leo Ruby Finn Ida Oscar Luna Hugo Rosa Paul Emma Jack".split()
MORE_NAMES = """Pip Tilly Bruno Coco Dot Felix Gus Hazel Iris Jojo Kiki Lulu Milo Nina Otto Poppy Quinn Rufus Sunny Teddy Una Vera Willy Zoe Bella Charlie Daisy
Fred Greta Harry Jenny Karl Lola Mona Nick Olga Peter Robin Sara Theo Alice Bob Carol David Eva Frank Grace Henry John Julia Kate Larry Maria Peggy Sally Tim Rusty Fluffy Sparky Bolt Dolly Momo""".split()
KINDS = "llama fox dragon cat dog mouse rabbit bear bird owl frog hedgehog robot girl boy princess pony duck squirrel turtle".split()
MORE_KINDS = """prince king queen knight wizard witch fairy pirate giant elf fish whale dolphin penguin elephant lion tiger monkey horse cow pig sheep goat hen wolf deer snail bee butterfly spider ant
ghost monster unicorn dinosaur astronaut farmer baker sailor teacher child kitten puppy lamb crab seal parrot swan donkey camel panda koala beaver mole badger otter star cloud tree train boat car computer alien snowman doll teddy man woman""".split()
# One-word heroes that no other story has: they teach that the hero is the one the opening names.
RARE_KINDS = [thing.split()[1] for thing in SLOTS["T"] if thing.startswith(("a ", "an ")) and thing.count(" ") == 1]
PLACES = ["a green valley", "a small village", "a deep forest", "a house by the sea", "a town on a hill", "an old garden", "a cave in the mountains", "a quiet farm", "a castle", "a big city", "a little hut in the woods", "a land far away", "a tower by the river", "a tiny house under a tree"]
TRAITS = ["curious", "brave", "kind", "shy", "cheerful", "clever", "gentle", "sleepy"]
MORE_TRAITS = ["little", "little", "small", "young", "old", "tiny", "big", "happy", "lonely", "sad", "funny", "friendly", "hungry", "lazy", "green", "red", "blue", "white", "grumpy", "silly", "proud", "quiet", "fluffy", "strange"]

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
    ("went for a walk in the forest", "all the trees looked the same, and soon {h} was lost", "knew every path and showed {h} the way home", "They reached the house before dark and ate warm soup"),
    ("found an old map in a box", "a part of the map was missing", "had the other part and put it beside the first", "Under an old tree they found a chest full of golden nuts"),
]
# Any wish: all are treated the same, so that an unseen opening can be followed.
WISHES = [verb + " " + thing for verb, things in [
    ("find", "a friend|a treasure|the sea|a new home|the end of the rainbow|a lost key|the biggest cake"), ("see", "the world|the ocean|the snow|the big city|the stars"),
    ("learn", "to dance|to swim|to read|to fly|to paint|to cook|to whistle"), ("build", "a house|a tower|a boat|a robot|a bridge|a snowman"),
    ("make", "a kite|a cake|music|a new friend|soup|a present"), ("climb", "the highest tree|a mountain|the tower"), ("visit", "the moon|grandmother|the king|the sea|the city"),
    ("become", "a singer|a dancer|a king|a cook|a hero|a painter"), ("catch", "a star|a fish|the wind|the moon"), ("write", "a song|a letter|a book"), ("play", "the drum|football|with somebody|the flute")] for thing in things.split("|")]
WISHES += "dance|sing|fly|swim|travel|help everybody|sleep for a whole year|jump over the river|be big|be brave|paint the sky|eat only cake|go on an adventure|talk to the animals|win the race".split("|")
TRIED = ["Every morning {h} tried, but it was harder than it seemed.", "But nobody knew how to help, and {h} became sad.", "But it did not work, not even on the third day.", "But the way was long, and {h} had to sit down and rest.", "{h} asked everyone in the village, but they only laughed.", "But {h} was alone and did not know how to begin."]
HELPED = ["and said, \"Let us try it together.\"", "and said, \"Do not be sad. I will help you.\"", "and showed {h} how to begin.", "and had a good idea.", "and stayed to help."]
WORKED = ["Together they tried again, and this time it went well.", "They worked all day, and in the evening it was done.", "Step by step it became easier, and at last it worked.", "They laughed, they tried again, and suddenly it was easy."]
EVENTS = ["met {a} {u} {x}", "found {y} in the grass", "walked into the forest", "woke up very early", "went to the river", "looked out of the window and saw {y}", "heard a strange sound", "opened an old door and found {y}", "went on a long journey", "fell into a deep hole", "saw a light in the sky", "lost a shoe", "got a letter", "walked into a shop", "sat under a tree and felt lonely", "could not sleep", "went to the market to buy {y}", "ran away from home", "walked down the street", "walked along the road and saw {y}", "looked at the stars", "stood in front of a big house", "opened the window", "went outside to play"]
OBJECTS = ["a golden key", "a little box", "a red balloon", "a strange egg", "an old book", "a map", "a silver bell", "a blue stone", "a broken toy", "a magic hat", "an apple", "a lamp"]
WONDER = ["{h} did not know what to do.", "{h} was surprised and stood still.", "\"What is this?\" said {h}.", "At first {h} was afraid.", "That had never happened before.", "{h} thought about it for a long time."]
GO_ON = ["So they went on together, over the hill and along the river.", "They shared a piece of bread and talked until it was dark.", "Together they found out what it was, and it was something good.", "They took each other by the hand and went to see.", "Together they walked home, and the moon showed them the way."]
ENDS = ["{h} had never been so happy.", "That night {h} slept very well.", "From far away one could hear them laugh.", "And that was the best day of all."]
SPEAK = ["\"Who are you?\" asked {h}. \"I am {f}, and I want to be your friend,\" was the answer.", "\"Hello, {h},\" said {f}. \"Why do you look so sad?\"", "\"Can you help me?\" asked {h}. \"Of course,\" said {f}."]
MEET = ["Then {a} {t} {k} named {f} came by and {p}.", "Just then {a} {t} {k} called {f} came along and {p}.", "But {f}, {a} {t} {k}, heard about it and {p}."]
OPEN = ["Once upon a time there was {a} {t} {k} named {h} who lived in {l}.", "Once upon a time, {a} {t} {k} named {h} lived in {l}.", "In {l} there lived {a} {t} {k} named {h}.", "There once was {a} {t} {k} called {h}, who lived in {l}."]
OPEN_NAMED = OPEN + ["Once upon a time, there was {a} {t} {k} named {h}.", "Once upon a time there lived {a} {t} {k} called {h}.", "Once there was {a} {t} {k} named {h}.", "There was {a} {t} {k} named {h}.", "There was once {a} {t} {k} whose name was {h}.", "A long time ago {a} {t} {k} named {h} lived in {l}.", "Long ago, in {l}, there lived {a} {t} {k} named {h}.", "Far away, in {l}, lived {a} {t} {k} named {h}.", "{h} was {a} {t} {k}.", "{h} was {a} {t} {k} who lived in {l}.", "This is the story of {h}, {a} {t} {k}.", "My friend {h} is {a} {t} {k} who lives in {l}.", "{h} the {k} lived in {l}."]
# Heroes without a name: {n} is "the robot" later on.
OPEN_UNNAMED = ["Once upon a time there was {a} {t} {k}.", "Once upon a time, there was {a} {t} {k} in {l}.", "Once upon a time {a} {t} {k} lived in {l}.", "Once upon a time in {l} there was {a} {t} {k}.", "There was {a} {t} {k} in {l}.", "There once was {a} {t} {k} in {l}.", "Long, long ago there was {a} {t} {k}.", "A long time ago, in {l}, there was {a} {t} {k}.", "In {l} lived {a} {t} {k}.", "It was a dark night, and {a} {t} {k} sat in {l}.", "It was a cold winter day in {l}, and {a} {t} {k} was alone.", "Deep in the forest lived {a} {t} {k}.", "High in the mountains lived {a} {t} {k}."]
WHO = ["Once upon a time there was {a} {t} {k} who {w}.", "Once upon a time, {a} {t} {k} {w}.", "There was {a} {t} {k} who {w}.", "There once was {a} {t} {k} who {w}.", "Once there was {a} {t} {k} that {w}.", "A long time ago there was {a} {t} {k} who {w}.", "In {l} there was {a} {t} {k} who {w}.", "{A} {t} {k} {w}.", "The {t} {k} {w}.", "The {k} {w}."]
AT_ONCE = ["One day {a} {t} {k} {e}.", "One day, {a} {k} {e}.", "One morning {a} {k} {e}.", "One night, {a} {t} {k} {e}.", "One day a {k} named {h} {e}.", "One day {h} the {k} {e}.", "{h} {e}.", "Yesterday {h} {e}.", "Last night a {k} {e}.", "The {k} {e}.", "{A} {t} {k} {e}.", "My {k} {e}.", "My {t} {k} {e}.", "It was a dark and stormy night, and {a} {k} {e}.", "It was raining when {a} {t} {k} {e}.", "It was a sunny morning when {h} {e}.", "Suddenly the {k} {e}."]
DAY = ["One day {h} {w}.", "One morning {h} {w}.", "One sunny day {h} {w}."]
CLOSE = ["\"Thank you, {f},\" said {h}. \"With a friend everything is easier.\"", "From that day on {h} and {f} were the best of friends.", "And {h} learned that it is good to ask for help.", "The end."]


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def upper(text):
    return text[:1].upper() + text[1:]


def classic(rng, h, f, k, t, u, other, place, plain=True):
    """The first form: a named hero, one of the plots."""
    w, trouble, p, end = (text.replace("{h}", h).replace("{f}", f) for text in rng.choice(PLOTS))
    opening = rng.choice(OPEN_NAMED if plain and rng.random() < 0.6 else OPEN).format(a=article(t), t=t, k=k, h=h, l=place)
    return [opening, rng.choice(DAY).format(h=h, w=w), f"But {trouble}.",
            rng.choice(MEET).format(a=article(u), t=u, k=other, f=f, p=p), end + ".", rng.choice(CLOSE).format(h=h, f=f)]


def free(rng, h, f, k, t, u, other, place):
    """The second form: any wish or event, with or without a name, and a friend who helps."""
    fill = lambda text: text.format(a=article(t), A=upper(article(t)), t=t, k=k, h=h, f=f, l=place, w=wish, e=event, u="", x="")
    wish = "wanted to " + rng.choice(WISHES) if rng.random() < 0.8 else rng.choice(["had no friends", "was always tired", "could not sleep", "was afraid of the dark", "lived alone", "loved to sing", "was sad because nobody came to play", "was angry because the honey was gone", "was happy because it was spring", "was afraid because it was dark", "was hungry because there was no bread", "was sad because it was raining", "was angry because nobody listened", "was never happy", "liked to dance"])
    event = rng.choice(EVENTS).format(a=article(u), u=u, x=other, y=rng.choice(OBJECTS))
    roll = rng.random()
    named = roll < 0.3
    if roll < 0.3:
        parts = [fill(rng.choice(OPEN_NAMED)), fill(rng.choice(["{h} {w}.", "One day {h} {e}.", "More than anything else {h} {w}."]))]
    else:
        chosen = rng.choice(OPEN_UNNAMED if roll < 0.45 else WHO if roll < 0.72 else AT_ONCE)
        named = "{h}" in chosen
        parts = [fill(chosen)]
    alone = len(parts) == 1 and 0.3 <= roll < 0.45
    if not named and rng.random() < 0.35:
        parts.append(rng.choice([f"Its name was {h}.", f"The {k} was called {h}."]))
        named = True
    hero = h if named else f"the {k}"
    say = lambda text: upper(text.replace("{h}", hero).replace("{f}", f))
    if alone:
        parts.append(upper(f"{rng.choice(['one day', 'one morning', 'one evening'])} {hero} {event}."))
    happened = event in " ".join(parts)
    parts.append(say(rng.choice(WONDER if happened else TRIED)))
    helper = rng.choice(HELPED[1:2] + HELPED[3:] if happened else HELPED)
    parts.append(say(rng.choice(MEET[:2]).format(a=article(u), t=u, k=other, f=f, p="{p}").replace("and {p}.", helper)))
    if rng.random() < 0.4:
        parts.append(say(rng.choice(SPEAK if named else SPEAK[::2])))
    parts.append(say(rng.choice(GO_ON if happened else WORKED)))
    if rng.random() < 0.5:
        parts.append(say(rng.choice(ENDS)))
    return parts + [say(rng.choice(CLOSE))]


def parts_of(rng, kind=None, plain=False):
    wide = rng.random() < (0.4 if plain else 0.25)
    h, f = rng.sample(NAMES + MORE_NAMES if wide else NAMES, 2)
    k, other = kind or rng.choice(KINDS + MORE_KINDS if wide else KINDS), rng.choice(KINDS)
    if plain and rng.random() < 0.12:
        k = rng.choice(["llama", "robot"])
    elif plain and rng.random() < 0.25:
        k = rng.choice(RARE_KINDS)
    t, u = rng.sample(TRAITS + MORE_TRAITS if wide else TRAITS, 2)
    if plain and rng.random() < 0.75:
        return free(rng, h, f, k, t, u, other, rng.choice(PLACES))
    return classic(rng, h, f, k, t, u, other, rng.choice(PLACES), plain)


def story(rng, kind=None, plain=False):
    text = " ".join(parts_of(rng, kind, plain))
    if plain and rng.random() < 0.05:
        text = text[:1].lower() + text[1:]
    return text


def cut(rng, text):
    """-> (what was typed, the rest): after the first sentence or within the first two."""
    words = text.split(" ")
    first = next((i for i, w in enumerate(words) if w[-1:] == "."), 8) + 1
    at = first if rng.random() < 0.35 else rng.randint(3, max(4, min(first + 6, len(words) - 20)))
    return " ".join(words[:at]), " ".join(words[at:])


CONTINUE = ["{T}", "{T}", "{T}", "{T}...", "{T} ...", "continue: {T}", "continue this story: {T}", "go on with this: {T}", "finish this story: {T}", "please continue: {T}", "how does it go on: {T}", "continue the story: {T}", "what happens next? {T}", "{T} (continue)", "a story: {T}", "complete this: {T}"]


def continuation(rng):
    """-> (question, answer): a visitor types the beginning of a story into the chat."""
    before, after = cut(rng, story(rng, plain=True))
    if rng.random() < 0.15:
        before = before.lower()
    return rng.choice(CONTINUE).replace("{T}", before), after


ASK = ["{tell me|tell|tell us|write|write me|make up|can you tell me|can you write|i want to hear|please tell me|i would like|give me|do you know|could you tell me|i'd like|i want|how about|have you got|invent|create|say|let's hear|would you tell me} {a|a short|a little|a nice|one more|another|some|your best|a good|a funny|a quick|a lovely} {story|tale|fairy tale|bedtime story|fairytale|little story}{| please|, please| for my daughter| for kids| now| before i sleep}",
       "{a story|story|story please|a story please|story time|a short story|stories|another story|a bedtime story|fairy tale|tale|story pls|a tale please|bedtime story please|once more a story|storytime|short story}", "do you know {any |some |}{stories|fairy tales|tales}", "{can|could} you {tell|write|make up|invent} {stories|tales|fairy tales}", "{write|tell} {something|a fairy tale}", "{write|tell} me something {nice|with animals|for children}", "tell me {a story|one of your stories}, {please|would you|i can't sleep}", "i {want|need|would love|'d like} {a story|to hear a story|to read a story|a bedtime story}"]
ASK_KIND = ["{tell me|tell|tell us|write|write me|make up|can you tell me|can you write|i want to hear|please tell me|i would like|give me|could you tell me|i'd like|i want|invent|create|do you know|how about} {a|a short|a little|a nice|another|some|a good|a funny} {story|tale|fairy tale|bedtime story|little story} {about|about|about|of|with} {K}{| please|, please}",
            "{a story|story|a tale|fairy tale|short story|stories} {about|of|with} {K}{| please}", "do you know a story {about|of|with} {K}", "a story with {K} please", "{now|and now} one about {K}", "tell me about {K} in a story", "tell me a {K_} story", "{write|make} a {K_} story", "{K_} story{| please}", "a story where {K} {is happy|has an adventure|finds a friend|gets lost}", "{once|something} about {K}, as a story", "i {want|need} a story about {K}", "can the story be about {K}"]
HELD_ASK = ["would you read me a tale", "let me hear one of your stories", "it is story time, go ahead"]
HELD_KIND = ["i love stories about {K}, do you have one", "invent a tale in which {K} is the hero"]


def story_question(rng, held=False):
    """-> (question, answer, kind or None)"""
    if rng.random() < 0.6:
        roll = 1 if held else rng.random()
        kind = rng.choice(RARE_KINDS if roll < 0.2 else KINDS + MORE_KINDS if roll < 0.5 else KINDS)
        name = rng.choice([f"{article(kind)} {kind}", f"{article(kind)} {kind}", f"{article(kind)} {rng.choice(TRAITS)} {kind}", kind + "s" if kind[-1] not in "syx" else "the " + kind])
        if name.split()[-1] == kind and name.split()[0] in ("a", "an"):
            name = article(name.split()[1]) + " " + " ".join(name.split()[1:])
        return expand(rng, rng.choice(HELD_KIND if held else ASK_KIND).replace("{K}", name).replace("{K_}", kind)), story(rng, kind), kind
    return expand(rng, rng.choice(HELD_ASK if held else ASK)), story(rng), None

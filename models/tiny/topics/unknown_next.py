"""What the model must decline in the middle of a visit: questions about the last topic that go beyond it ("who invented it?"), names of
other things in the words that known ones have ("and Peru?"), and things that share a word with a topic ("the weather satellite").

`unknown_next(rng, last)` gives such a question after `last`: an intent, or the name of what was asked ("sum", "story", "unknown").
"""
import re

from topics.unknown import SLOTS, made_up
from wording.frames import split
from wording.grammar import expand

_OPEN = "{|||and |and |but |so |ok, |ok, and |cool, |cool, and |nice, and |hmm, |also |and also |i see, and |thanks, |by the way, |one more thing: |oh, }"
_THEN = "{|||||| then| exactly}"

# Kind of topic -> what goes beyond it.
BEYOND = {
    "tech": "who {invented|discovered|first built|first thought of|came up with} {it|that|this|them}|{when|in which year} was {it|that|this} {invented|discovered|first used|introduced|first published|first built}|who {is|was} the {inventor|first to use it|first to do it|person behind that|best at it}|which {company|university|country|lab|professor} {invented it|leads in it|is best at it|started it|uses it most|has the most of it}|what is the history of {it|that|this}|how old is {the idea|that idea|this idea}|who got {a prize|a patent|rich} {for|with} {it|that}|what did people use {before it|before that|in the nineties}|which {book|course|video|film|paper|podcast} {explains it best|should i read about it|is best on that|do you recommend on it}|is there a {book|course|film|video|song|patent} {about|on} {it|that}|what is the {latest news|newest research|future} {on it|about it|of it}|how do they do it in {japan|china|germany|school|hospitals}|{what|how much} does an expert in that {do all day|earn}",
    "pronk": "{when|in which year} {was it|was this|was pronk|was this page} {released|published|first shown|announced|put online|launched}|how many {people|users|visitors|companies|downloads|stars} {use it|are there|does it have|has it got|use this|does pronk have|do you have}|how popular is {it|this|pronk}|{who|which company} {bought it|is the boss|is your competitor|likes it most}|what {did the press write|do people say|do critics say} about {it|this|pronk}|{where|in which city} {do the authors live|is the office|is the team|is it developed}|how many {lines of code|people|developers|commits|bugs} {has it|does it have|work on it|are in it}|{what are|any} {plans for next year|plans for the future|the plans}|{when|what} {is the next version|will the next version bring|comes out next year|is the next release}|what {won a prize|prize did it win}|{will it|can it|does it} {replace my job|run on a toaster|drive a car|play chess|make coffee|book a hotel|browse the web for me|order a pizza}",
    "llama": "{who|which person} {leads the team|is the boss of meta|had the idea|worked on it}|how many {people|gpus|engineers|hours|dollars} {worked on it|did it take|were used|did it cost|did the training take}|how much {money|energy|electricity|water} {did the training take|went into it}|which {books|web pages|texts|languages} {were in the training data|did it read|was it trained on}|is it better than {gpt-4|gemini|claude|a human|deepseek|gpt-5}|{when|what} {does llama 5 come out|is the next llama|will they publish next}|has {anybody|somebody|a company} been sued {for it|over it}|{who|which companies} use{s|} it{| most| already}|which court {decides|is in charge}|what does {a lawyer|my lawyer|zuckerberg|the eu|elon musk} {say|think} {about it|of it}",
    "city": "how many people live there|what is the {population|currency|best hotel|airport|mayor's name|oldest building|language} there|what {can i see|should i see|do people eat|language do they speak|river is} there|who is the {mayor|president|king|prime minister}{| there}|is it {a nice city|expensive there|safe there|far away|worth a visit|an old city}|how {far is it|do i get there|old is it|big is the city|long is the flight}|{when|by whom} was it {founded|built}|what is it famous for|which is the second {largest|oldest|most beautiful} city|how much is a {flight|train|hotel|house} {there|to it}|who was born there",
    "place": "who {climbed|crossed|discovered|named|measured} it first|how old is it|which is the {second|third|fourth} {largest|longest|highest}|can i {swim|ski|camp|fish} there|what does a {trip|flight} there cost|how many {ships|people|fish|tourists} are there|is it {dangerous|safe|crowded} there|what {animals|plants|people} live there|when is the best time to go there|how did it come about",
    "animal": "how {old do they get|long do they live|much do they weigh|many are there|smart are they|fast can it swim|many teeth has it|many babies do they have}|can i {keep|buy|ride|eat|train} one|what is its {latin name|scientific name|worst enemy|favourite food|lifespan}|how much does {one|it} {cost|weigh|eat a day}|are they {dangerous|endangered|good pets|clever|friendly to children}|{which|what} {breed|kind|species} is {the smallest|best for children|the rarest|the most expensive}|do they {sleep in winter|dream|lay eggs|like music}|what {eats it|eats them|is a group of them called|is its baby called}|who would win, {it|that} or {a bear|a shark|a gorilla|a crocodile}",
    "sky": "how far {is it|away is it}|how {heavy|old|wide} is it|how many moons {does it have|has it}|can people live {there|on it}|who {discovered it|was there first|walked on it}|how long {does a day last there|is a day there|does it take to fly there}|is there {life|water|air|gold} {there|on it}|when will {people go there|it explode|it end}|what is {the nearest galaxy|its mass|weight}|what about {pluto|neptune's rings|alpha centauri|the milky way|black holes|andromeda|halley's comet}",
    "time": "who {invented it|decided that|made it so}|which {one|of them} is {the best|the luckiest|your least liked}|what is it {called in latin|in dog years|on the moon}|how long is {a decade|a century|a light year|an eon|a fortnight}|what about {a century|a decade|a millennium|a nanosecond|a fortnight}|when is {easter|the next full moon|ramadan|the next holiday|my birthday|mother's day}|{what|who} are they named after",
    "fact": "who {discovered|found|noticed|proved} {it|that} {first|}|{when|in which year} was {it|that} {discovered|found out|proved}|what is the {formula|latin word|greek word} for {it|that}|which {scientist|book|experiment} {showed it|proves it|found it}|is it {the same in australia|dangerous|taught at school}|who got the nobel prize for {it|that}",
    "code": "{the same |the same thing |}in {rust|java|c++|go|ruby|php|c|c#|kotlin|swift|perl|haskell|sql|bash|scala|lua|assembly|cobol|r|matlab}{| please}|{what|how} about {rust|java|c++|go|ruby|php|c#|kotlin|swift|haskell|sql|bash}|{write|make|code} {a game|a website|an app|a chess engine|a web server|a sorting algorithm|a neural network|a calculator with buttons|a login form|a web scraper|a sudoku solver}{| please| for me}|{sort the list|read a file|draw a chart|connect to a database|count the words|parse some json|send an email|add a unit test|add error handling}|{can you |}{debug|fix|optimize|test|review} my {code|program|script|function}|what is its {complexity|runtime|big o}|quicksort|bubble sort|the fibonacci numbers|a binary search",
    "form": "{a list of|list some|some|a table of|a table with|a list with} {countries|presidents|cities|vegetables|car brands|films|football clubs|instruments|trees|dinosaurs|famous painters|rivers in asia|programming languages|prices|calories|birthdays|philosophers|operas|mammals of australia|flags|currencies}{| please| too| as well|}|{can you |}{draw|paint|show me|make} {a picture|an image|a photo|a logo|a drawing|a painting|a map of asia}{| of it| too| please|}|{an essay|a letter to my boss|a cover letter|an email|a song about love|a speech|a press release|a diary entry|a screenplay|a crossword}{| please|}",
    "story": "who {wrote it|is the author|told you that one}|{is it|was it} {from a book|a true story|made into a film|by the brothers grimm|in the bible}|{draw|paint|show me} {a picture|an image} of {it|him|her|them|the hero}|where can i buy {the book|it as a book}|who plays {the hero|the main part} in the film|what would {freud|a critic|my teacher|shakespeare} say about it|{tell|write|give} me the plot of {hamlet|star wars|the odyssey|frozen|titanic|harry potter|dracula}|{summarize|tell me about} {romeo and juliet|the hobbit|moby dick|the lion king|cinderella's author|war and peace}",
    "sum": "{what is |}the square root {of that|of it|of {seven hundred|two|a million}}|{as a fraction|in binary|in roman numerals|in hexadecimal|as a percentage|to the power of {five|nine}|its logarithm|its factorial|modulo seven}|times {a million|a thousand|3.7|ninety nine|4521}|plus {4827|1250|6.5|one million|999}|divided by {0.3|seventeen|pi}|what is {the integral of x|the derivative of x squared|the sine of {30|45|90}|12% of {80|350}|7 cubed|a billion minus one}|solve {x + 3 = 9|2x = 14|an equation for me}|{what|who} {invented|discovered} {zero|numbers|addition|algebra}",
    "talk": "{what|which} {film|song|book|team|restaurant|phone|car|perfume|shoes} {should i|shall i|can i} {watch|hear|read|support|choose|buy|try}|{what|who} did you {see|meet|visit} {yesterday|last night|this morning}|{where|when} is {the next bus|the nearest bank|my train|the party|the dentist}|what is {my horoscope|my wife's name|my password|in my fridge|the score|on tv tonight|the news today|the lottery number}|who is {the president|your neighbour|the pope|the strongest man|my boss}|{call|write to|text} {my mother|my boss|a doctor|{P}}|{set|start} {a timer|an alarm}{| for ten minutes}|{order|book} {a pizza|a taxi|a table|a flight}",
}
ANY = "how many people {use|like|know|want|need} {it|that|this}|is {it|that} better than {{T}|{T}|{P}}|what {would|does} {P} {say|think|know} about {it|that|this}|{what|how} {about|is it with} {{T}|{T}|{P}|{L}|{C}}|what does {it|that} have to do with {{T}|{P}}|is {it|that} {taught|common|popular|known} in {L}|{{T}|{P}|{L}|{C}|{Z}}|who is {P}|{when|where} {was|did} {P} {born|die|live}|{who invented|what is|how does one make|what do you know about|tell me about|where do i find} {{T}|{T}|{Z}|{O}}|how {do i|to} {V} {O}|can you {V} {O}|{write|give me} {an essay|a poem by {P}|a song|a recipe} {about|with|for} {T}|who won {the match|the election|the cup|the race|the war|the lottery}|what is the capital of {L}|what happened {in 1{4|6|7|8|9}{1|2|4|6}{3|5|8}|yesterday|last week}|how {far|big|old|tall} is {{L}|{C}|{P}|the eiffel tower|the universe}"
# Things that share a word with a topic.
SHARED = split("""driving licence|fishing licence|dog licence|gun licence|taxi licence|private school|private jet|private detective|private equity|offline marketing|minecraft server|game server|mail server|tennis server|free will|free kick|free fall|free trade|fast food|fast fashion|speed dating|speed skating|speed of sound|storage unit|battery storage|memory foam|memory loss|human memory|memory card for my camera|token ring|subway tokens|token of love|attention deficit disorder|body temperature|oven temperature|the temperature of the sun|transformers movie|electric transformer|the song transformer|minecraft shaders|scale of a map|bathroom scale|richter scale|musical scales|fish scales|climbing rope|jump rope|a rope bridge|rope knots|dalai lama|llama wool price|phone bill|phone number of the police|the inventor of the telephone|phone booth|mobile home|tablets against pain|browser game|browser history of my son|chrome plating|a safari in kenya|the firefox animal|cutting edge of a knife|windows in a house|weight lifting|weight loss|a weight watchers diet|dog training|marathon training|train station|strength training|quantum physics|drill bits|bitcoin price|the shard in london|table tennis|periodic table|round table of king arthur|coffee table|schindler's list|guest list|wish list|bald eagle|poem by goethe|sun cream|a sunburn|the sun newspaper|moon landing|honeymoon|a mars bar|saturn rocket|freddie mercury|mercury in fish|spring rolls|spring onions|a steel spring|winter tyres|winter olympics|summer camp|autumn fashion|fall of rome|penguin books|cat stevens|cat allergy|hot dog|dog food brands|bee gees|bee sting|elephant man|life of pi|raspberry pi|pie recipe|amazon prime|prime minister|water polo|water bill|watermelon|rain man|rainbow trout|river phoenix|mountain bike|mountain rescue|frank ocean|alphabet stock|workers' rights|the matrix film|geocaching|metaphysics|metabolism|open air cinema|apache helicopter|apache tribe|price of a new graphics card|graphics design|a model railway|fashion models|role models|a model agency|car models|language school|sign language|body language|language exam|a language course in paris|programming job|web design|spider web|blog marketing|a colour tv|colour blindness|sound system|sound engineer|chair legs|leg pain|capital gains tax|capital punishment|capital letters|venture capital|week in politics|year of the dragon|day trip|hour glass|minute steak|second hand shop|season ticket|the film toy story|the musical west side story|greeting cards|number theory|house number|lucky numbers|prompt payment|prompt delivery|embedding a video in powerpoint|file cabinet|nail file|tax file|file a complaint|key to my house|piano keys|key west|cash value|market value|head ache|head of state|position in a company|rotary club|rotary phone|normal blood pressure|batch of cookies|layer cake|an onion layer|neural surgery|network marketing|social network|the network series|cpu price|chip shop|potato chips|graphics novel|stock options|meta analysis|facebook password|hugging a stranger|face cream|face lift|cache of gold|the cloud atlas|storm clouds in art|tab in a bar|page boy|chat show|cookies with chocolate|cookie recipe|company secrets of coca cola|secret santa|safe deposit box|safe driving|safety belt|airplane food|plane tickets|train tickets|wifi password of my neighbour|internet provider prices|python snake|monty python|java island|java coffee|rust on my car|ruby ring|go the board game|swift the singer|html tables|a haiku contest|poetry slam""".replace("\n", ""))
SHARED_ASKED = split("#|and #|and #|what about #|what about #|how about #|ok, and #|what is #|what about # then|tell me about #|and what is #|do you know #|so what about #|#, please|who invented #|what do you know about #|and what about #|i have a question about #|now #|also #|but what is #|explain #|is # expensive|where can i find #")

ANIMALS = "sound legs cat dog bee elephant penguin llama biggest tallest fastest".split()
SKIES = "biggest_planet smallest_planet mars saturn moon sun".split()
TIMES = "days_week months days_year hours_day minutes_hour seconds_minute weeks_year seasons winter summer spring autumn".split()
# Nothing is asked of these as if they had no answer to it.
MADE = "webgpu webgl wgsl browsers browser worker javascript internet computer".split()


def kind_of(last):
    """The kind of topic in `BEYOND`, or "" where only what fits any topic is asked."""
    if not hasattr(last, "id"):
        return last if last in BEYOND else ""
    if last.id in SKIES:
        return "sky"
    if last.id.split("_")[0] in ANIMALS:
        return "" if last.id == "legs_human" else "animal"
    if last.id.startswith("capital_"):
        return "city"
    if last.id in ("mountain", "river", "oceans", "continents"):
        return "place"
    if last.id.startswith("code_"):
        return "code"
    if last.id in TIMES:
        return "time"
    if last.group == "licence":
        return "llama" if last.id.split("_")[0] in ("llama2", "licence", "open") else ""
    if last.group in ("gpu", "quant", "model"):
        return "" if last.id in MADE else "tech"
    if last.group == "pronk":
        return "pronk" if last.id.split("_")[0] in ("pronk", "how", "free", "language", "wasm", "embed") else ""
    return {"form": "form", "talk": "talk", "facts": "" if last.id in MADE or last.thing or last.id in ("weather", "time_now") else "fact"}.get(last.group, "")


# These names are known after some topics, so they are no example of what is not known.
KNOWN = re.compile(r"python|linux|mac|windows|midjourney|dall-e|stable diffusion|openai|bert|google|amazon|microsoft|facebook|instagram|claude|javascript|react|html|moon|\bsun\b|mother|boss|teacher|colleague|android|iphone|speak|language|bitcoin", re.I)


def _fill(rng, text):
    def slot(match):
        if match[1] == "Z":
            return made_up(rng)
        while True:
            value = rng.choice(SLOTS[match[1]])
            value = expand(rng, value) if "{" in value else value
            if not KNOWN.search(value):
                return value.lower() if rng.random() < 0.5 else value
    return re.sub(r"<([A-Z])>", slot, text)


def _templates(text):
    return [re.sub(r"\{([A-Z])\}", r"<\1>", _OPEN + template + _THEN) for template in split(text)]


NEXT = {kind: _templates(text) for kind, text in BEYOND.items()}
ANYTIME = _templates(ANY)


def unknown_next(rng, last):
    """A question to decline after `last`."""
    roll, kind = rng.random(), kind_of(last)
    if roll < 0.25:
        return expand(rng, rng.choice(SHARED_ASKED)).replace("#", rng.choice(SHARED))
    return _fill(rng, expand(rng, rng.choice(NEXT[kind] if kind and roll < 0.7 else ANYTIME)))

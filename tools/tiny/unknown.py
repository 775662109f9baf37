"""Questions outside the model's world, so that it learns to say politely that it does not know.

Many frames and many things, and made-up words, teach "none of my topics" rather than a list.
"""
from grammar import expand

ANSWER = "I am sorry, I do not know that. I am a tiny model and know only a few topics, such as pronk, WebGPU, quantization and Llama 2."

PEOPLE = """Einstein|Mozart|Napoleon|Shakespeare|Cleopatra|Beethoven|Newton|Darwin|Picasso|Van Gogh|Gandhi|Lincoln|Elvis|Madonna|the queen|
the president|the pope|Julius Caesar|Marie Curie|Columbus|Aristotle|Plato|Socrates|Leonardo da Vinci|Michelangelo|Tolstoy|Goethe|Obama|Churchill|
Mandela|Steve Jobs|Bill Gates|Elon Musk|Taylor Swift|the Beatles|Messi|Ronaldo|Alan Turing|Ada Lovelace|my neighbour|Harry Potter|Batman|Sherlock Holmes|Homer|Galileo"""
THINGS = """photosynthesis|gravity|inflation|democracy|evolution|dna|a black hole|blockchain|bitcoin|the stock market|karate|chess|football|cricket|
tennis|yoga|sushi|pizza dough|lasagna|a good soup|chocolate cake|bread|cheese|wine|beer|coffee|green tea|a violin|a piano|jazz|opera|hip hop|ballet|
a volcano|an earthquake|a tornado|the stone age|the roman empire|the french revolution|world war two|the cold war|the middle ages|the renaissance|
philosophy|psychology|biology|chemistry|algebra|calculus|geometry|trigonometry|electricity|magnetism|nuclear power|solar panels|a steam engine|
a car engine|an airplane|a helicopter|a submarine|a rocket|a telescope|a microscope|vaccines|a virus|bacteria|the heart|the brain|the liver|blood pressure|
vitamins|protein|cholesterol|diabetes|a mortgage|taxes|insurance|a contract|interest rates|marketing|economics|law|marriage|religion|buddhism|
christianity|islam|poetry|a sonnet|a novel|grammar|a verb|python|c++|java|haskell|linux|docker|kubernetes|sql|a database|a compiler|git|react|
an operating system|encryption|a firewall|quantum physics|relativity|the big bang|a supernova|a comet|dinosaurs|the t-rex|sharks|whales song|a kangaroo|
a tiger|a wolf|a bear|spiders|snakes|butterflies|a rose|an oak tree|mushrooms|cactus|gardening|fishing|knitting|origami|surfing|skiing|cycling|hiking|
fashion|makeup|perfume|diamonds|gold|iron|plastic|glass|concrete|paper|ink|silk|cotton|the eiffel tower|the pyramids|stonehenge|new york|paris fashion week|
rome in ancient times|mongolia|nigeria|vietnam|chile|iceland|new zealand|korea|turkey|iran|pakistan|mexico city|hollywood|netflix|youtube|google|tesla|
nintendo|minecraft|fortnite|pokemon|star wars|the matrix|game of thrones|the lord of the rings|hamlet|moby dick|the odyssey|the bible|freedom|love|time|
happiness|death|the meaning of life|justice|war|peace|money|success|art|beauty|truth|wisdom|a camera|a bicycle|a train|a clock|shoes|a hat|soap|salt|sugar|rice|
pasta|an egg|butter|garlic|onions|potatoes|apples|oranges|grapes|strawberries|honey badgers|a hedgehog|an eagle|an owl|a crocodile|a turtle|a dolphin|a hamster"""
PLACES = "Mongolia|Nigeria|Vietnam|Chile|Iceland|New Zealand|Korea|Turkey|Iran|Pakistan|Mexico|Colombia|Ghana|Nepal|Bolivia|Ukraine|Romania|Croatia|Latvia|Thailand|Malaysia|Indonesia|Morocco|Texas|California|Scotland|Bavaria|Mali|Laos|Qatar"
HELD_THINGS = "astrology|a saxophone|the vikings|origins of tea|rust the language|a giraffe's heart|baseball|a crossword|the ozone layer|algebraic topology|a parachute|venice|the silk road|lava|an avocado|a lighthouse|hockey|sociology|a sandwich|thunder"
VERBS = "cook|bake|draw|paint|build|repair|fix|clean|grow|play|learn|teach|sell|buy|find|win|sing|dance|swim|drive|ride|sew|make|wash|cut|measure|count|plant|write|invent"
OBJECTS = "a cake|bread|soup|a house|a boat|my car|my bike|a table|a chair|a shirt|tomatoes in my garden|the guitar|chess|poker|a wall|a fence|a kite|a song|a poem|an essay|an email to my boss|a letter|a business plan|my homework|a resume|a website design|a horse|a dress|pancakes|rice|a steak|a fish|money|a job|friends|a husband|a flat in london|a tree|a robot|a sandcastle"
CHUNKS = "bla|zor|vim|ket|plu|dra|mon|tis|fen|gri|sho|wub|nak|lor|pim|quo|rax|sel|tro|ump|vel|yan|zib|cro|fli|glo|hep|jun|kra|mip"

FRAMES = [
    "who {is|was} {P}", "when {was|did} {P} {born|die}", "when was {P} born", "tell me about {P}", "what did {P} {do|write|say|invent|discover}", "how old is {P}", "where {does|did} {P} live", "do you know {P}", "why is {P} famous", "how tall is {P}",
    "what is {T}", "what is {T}", "$what {T}", "$tell {T}", "how does {T} work", "why is {T} {important|expensive|popular|dangerous|good|bad}", "who invented {T}", "where does {T} come from", "what do you {think|know} {of|about} {T}", "how {old|big|long|heavy|expensive|far} is {T}", "when {was|did} {T} {start|begin|invented|end}", "{T}", "do you like {T}", "what is the history of {T}", "define {T}", "what does {T} mean", "i want to know about {T}", "how do i {V} {O}", "how to {V} {O}", "can you {V} {O}{| for me}", "{write|write me|make me|give me} {a poem about {T}|an essay about {T}|a list of {N} facts about {T}|a recipe for {T}|a song about {T}|an article about {T}}",
    "what is the capital of {L}", "capital of {L}", "what is the population of {L}", "how many people live in {L}", "where is {L}", "what language do they speak in {L}", "what is the best {hotel|restaurant|beach|food|time to visit} in {L}", "tell me about {L}", "who is the president of {L}",
    "who won {the world cup|the election|the super bowl|the olympics|the match|the game|the war|the oscars}{| in 19{0|5|7|9}{1|4|8}| last year| yesterday}", "who {wrote|painted|composed|directed} {hamlet|the mona lisa|moby dick|star wars|the odyssey|faust|the magic flute|guernica|this}",
    "{write|give me|show me|debug|fix} {some|a|my} {python|java|c|rust|sql|bash|go|php} {code|script|program|function|query}{| for me| that sorts a list| that reads a file| to count words}", "{what is|how much is|calculate} {1|2|3|4|5|7}{0|3|6|9}{1|2|5|8}{4|7} {times|plus|minus|divided by|*|+|/} {3|4|8}{1|6|7}{0|2|5}", "what is the square root of {2|3|144|81|1000}", "what is the {news|latest news|price of bitcoin|price of gold|stock price of apple|score|traffic}{| today}",
    "{should|can} i {buy|sell|eat|drink|marry|take|visit|call|trust} {{T}|my boss|my doctor|him|her|aspirin|this}", "what should i {eat|cook|wear|read|watch|buy|study|say}{| today| tonight| tomorrow}", "recommend {a book|a film|a restaurant|a song|a laptop|a phone|a game}", "how do i {lose weight|get rich|sleep better|find love|quit smoking|stay healthy|learn faster|get a visa}", "my {head|back|tooth|leg|stomach} hurts, what should i do", "why do {people|cats|birds|men|women|children|trees|stars|dogs} {dream|lie|fly|cry|sing|fight|fall in love|purr|yawn|sneeze|shine}", "what is the difference between {T} and {T}", "summarize {this text|this article|the book|the news|hamlet}", "what happened {yesterday|in 1{8|9}{1|4|6}{2|5|9}|today|last night|in history}", "where can i buy {T}", "how many {calories|people|stars|countries|bones|teeth|cars|grains of sand} {are there|does {T} have|are in {T}}", "what is {Z}", "{Z}", "what does {Z} mean", "tell me about {Z}", "who is {Z}", "{Z} {Z}", "{Z} {Z} {Z}", "explain {Z}", "do you know {Z}", "what is a {Z} {Z}", "how does {Z} work", "who {is|was} {Z} {Z}",
    "{i need|find me|show me|send me|get me} {facts|news|pictures|information|details|tips|ideas} {on|about|of|for} {T}", "{give|offer} me {advice|an opinion|a tip|your thoughts} {on|about} {T}", "is {T} {older|better|bigger|faster|cheaper|nicer|more useful} than {T}", "{compare|which is better,|choose between} {T} {and|or|with} {T}", "what {colour|size|shape|price|smell|taste} {is|has|should be} {T}", "what colour {should|do} i paint {O}", "could you {help me|show me how} {to |}{V} {O}", "help me {V} {O}", "i {want|would like|have|need} to {V} {O}{| tomorrow| today}", "what would {P} {say|do|eat|think|wear}{| today}", "in {which|what} year did {P} {live|die|travel|win|become king}", "{which|what} {city|country|year|day|team|book} {did|has} {P} {live in|visit|win|write|like}", "what is so {great|famous|bad|good|difficult} about {T}", "{why|when|where} {do|did} {people|we|they} {use|invent|need|eat|like|find} {T}", "why do we {yawn|sleep|dream|cry|laugh|sneeze|age|blush}", "how much {does|is} {T}{| cost}", "is {T} {healthy|safe|legal|true|real|dangerous|expensive|old}", "{what|who} is the {best|tallest|oldest|richest|fastest|strongest} {Z|football team|singer|king|doctor|car|city|film|person} {|in the world|of all time|in {L}}", "what is the {plot|ending|title|author} of {the film|the book|hamlet|moby dick|a novel|star wars}", "my {Z|cat|car|washing machine|phone|neighbour|dishwasher|bike} is {broken|ill|lost|loud|slow}{|, what now|, help}", "how do i {fix|repair|clean|open|sell} my {washing machine|dishwasher|phone|fridge|roof|watch|radio}", "who {discovered|found|invented|built|founded} {T|{Z}|penicillin|america|radium|rome}", "{T} {or|versus} {T}", "{T} and {P}", "what {happens|is done} {in|at|with} {T}", "do you {remember|own|have|want|need|believe in} {T}", "{buy|sell|eat|draw|drive} {T}", "what {can|do} i do with {T}",
    "{play|turn on|open|call|book|order|send|set} {music|the light|the door|my mother|a table|a pizza|an email|an alarm|a timer|a taxi|a flight}", "what is my {age|address|job|favourite food|password|ip address|phone number|birthday}", "where am i", "what is the meaning of life", "is there a god", "what is the speed of light", "what is the largest number", "how far is the {moon|sun|nearest star}", "what will happen {tomorrow|in the future|next year}", "{asdf|qwerty|asdfgh|sdfsdf|hjkl|aaa|xyz|foo|foo bar|lorem ipsum|1234|123|42|blah blah|test test|abc|...|?|??|!!|.|:-)}",
]
HELD_FRAMES = ["which year did {P} become known", "is it hard to {V} {O}", "let us talk about {T}", "what is so special about {T}", "what was {P} good at", "how would my uncle {V} {O}",
               "who is the tallest {Z} in the world", "my sister loves {T}", "how come {P} never had {T}", "are there many kinds of {T}"]


def _choices(text):
    return [item.strip() for item in text.replace("\n", "").split("|")]


PEOPLE_LIST, THING_LIST, PLACE_LIST = _choices(PEOPLE), _choices(THINGS), _choices(PLACES)
HELD_THING_LIST, VERB_LIST, OBJECT_LIST, CHUNK_LIST = map(_choices, (HELD_THINGS, VERBS, OBJECTS, CHUNKS))


def made_up(rng):
    """A word that does not exist."""
    if rng.random() < 0.3:
        return "".join(rng.choice("bcdfghklmnprstvwz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4)))
    return "".join(rng.choice(CHUNK_LIST) for _ in range(rng.randint(1, 3)))


def unknown_question(rng, held=False):
    """A question that the model must decline."""
    text = rng.choice(HELD_FRAMES if held else FRAMES)
    slots = {"{P}": PEOPLE_LIST, "{T}": HELD_THING_LIST if held else THING_LIST, "{L}": PLACE_LIST, "{V}": VERB_LIST, "{O}": OBJECT_LIST, "{N}": ["3", "5", "ten"]}
    for slot, values in slots.items():
        while slot in text:
            value = rng.choice(values)
            text = text.replace(slot, value.lower() if rng.random() < 0.4 else value, 1)
    while "{Z}" in text:
        text = text.replace("{Z}", made_up(rng), 1)
    return expand(rng, text)
